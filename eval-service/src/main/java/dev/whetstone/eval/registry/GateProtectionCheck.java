package dev.whetstone.eval.registry;

import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.auth.ApiCaller;
import dev.whetstone.kit.auth.KeyScope;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Refuses a declaration that weakens the gates to a key without the scope {@code approve}: with
 * {@code operate} alone it would do what an approval does.
 */
final class GateProtectionCheck {
  private static final LoopSpec FLOOR = floor();

  private GateProtectionCheck() {}

  /**
   * @param current the declaration in force; empty for a new loop
   * @throws ProblemException 403 {@code approval-needed} with the weakened fields
   */
  static void require(ApiCaller caller, Optional<LoopSpec> current, LoopSpec declared) {
    List<String> weakened = GateProtectionRule.weakened(FLOOR, current, declared);
    if (!weakened.isEmpty() && !caller.scopes().contains(KeyScope.APPROVE)) {
      throw new ProblemException(
          HttpProblems.forbidden(
              "approval-needed",
              "the declaration weakens what protects the champion: " + String.join("; ", weakened),
              "use a key that has the scope approve as well, or keep these values"));
    }
  }

  static LoopSpec floor() {
    String gates =
        Arrays.stream(GateRole.values())
            .map(role -> "{role: " + role + "}")
            .collect(Collectors.joining(", "));
    String standard =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: whetstone, name: floor}
        spec:
          profile: standard
          baseModel: {uri: 'hf://whetstone/none'}
          consent: {default: deny}
          serving: {endpoint: 'http://none'}
          evaluation: {gates: [%s]}
        """
            .formatted(gates);
    return LoopFileReader.read(standard.getBytes(StandardCharsets.UTF_8), "the floor", null).spec();
  }
}
