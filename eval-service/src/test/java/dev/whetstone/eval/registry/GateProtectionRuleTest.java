package dev.whetstone.eval.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.LoopFileReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateProtectionRuleTest {
  private static final String STANDARD =
      "{role: FRESH}, {role: RETAIN}, {role: FORGET}, {role: FORMAT}";

  private static LoopSpec loop(String section) {
    String file =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: acme, name: support}
        spec:
          baseModel: {uri: 'hf://whetstone/tiny'}
          consent: {default: allow}
          serving: {endpoint: 'http://vllm:8000'}
          %s
        """
            .formatted(section);
    return LoopFileReader.read(file.getBytes(StandardCharsets.UTF_8), "loop.yaml", null).spec();
  }

  private static List<String> weakened(Optional<LoopSpec> current, LoopSpec declared) {
    return GateProtectionRule.weakened(GateProtectionCheck.floor(), current, declared);
  }

  private static String gates(String gates) {
    return "evaluation: {gates: [" + gates + "]}";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          rollout: {mode: auto}                 | /spec/rollout/mode: 'auto'
          profile: fast                         | /spec/rollout/mode: 'auto'
          profile: fast                         | /spec/evaluation/gates/0/minItems: '100'
          evaluation: {alpha: 0.1}              | /spec/evaluation/alpha: '0.1' (without approve: at most 0.05)
          evaluation: {falseDiscoveryRate: 0.2} | /spec/evaluation/falseDiscoveryRate: '0.2'
          evaluation: {maxDiscordance: 0.5}     | /spec/evaluation/maxDiscordance: '0.5'
          evaluation: {reproducibilityItems: 0} | /spec/evaluation/reproducibilityItems: '0'
          """)
  void shouldNameEveryFieldThatLowersTheProtection(String section, String field) {
    assertThat(weakened(Optional.empty(), loop(section)))
        .anySatisfy(each -> assertThat(each).startsWith(field));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {role: FRESH, margin: 0.001}, {role: RETAIN}, {role: FORGET}, {role: FORMAT} | /spec/evaluation/gates/0/margin: '0.001'
          {role: FRESH}, {role: RETAIN, margin: 0.2}, {role: FORGET}, {role: FORMAT}   | /spec/evaluation/gates/1/margin: '0.2'
          {role: FRESH}, {role: RETAIN, mode: shadow}, {role: FORGET}, {role: FORMAT}  | /spec/evaluation/gates/1/mode: 'shadow'
          {role: FRESH}, {role: RETAIN}, {role: FORGET, minItems: 5}, {role: FORMAT}   | /spec/evaluation/gates/2/minItems: '5'
          {role: FRESH}, {role: RETAIN}, {role: FORMAT}                                | /spec/evaluation/gates: 'no gate FORGET'
          """)
  void shouldNameEveryGateThatIsWeakened(String gates, String field) {
    assertThat(weakened(Optional.empty(), loop(gates(gates))))
        .singleElement()
        .satisfies(each -> assertThat(each).startsWith(field));
    assertThat(weakened(Optional.of(loop(gates(STANDARD))), loop(gates(gates)))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "profile: standard",
        "profile: cautious",
        "rollout: {mode: observe}",
        "evaluation: {alpha: 0.01, maxDiscordance: 0}",
        "training: {epochs: 2}",
        "evaluation: {gates: [{role: FRESH, margin: 0.05, minItems: 900}, {role: RETAIN, margin: 0}, {role: FORGET}, {role: FORMAT}, {role: CANARY}]}",
      })
  void shouldAllowWhatProtectsAtLeastAsMuchAsTheFloor(String section) {
    assertThat(weakened(Optional.empty(), loop(section))).isEmpty();
  }

  @Test
  void shouldAllowAChangeThatKeepsTheValuesInForce() {
    String weak = "rollout: {mode: auto}\n  " + gates("{role: FRESH, minItems: 80, margin: 0.001}");

    assertThat(weakened(Optional.of(loop(weak)), loop(weak + "\n  training: {epochs: 2}")))
        .isEmpty();
    assertThat(weakened(Optional.of(loop(weak)), loop(weak.replace("80", "79"))))
        .singleElement()
        .satisfies(each -> assertThat(each).startsWith("/spec/evaluation/gates/0/minItems: '79'"));
  }
}
