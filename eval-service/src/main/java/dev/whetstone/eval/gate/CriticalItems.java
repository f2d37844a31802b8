package dev.whetstone.eval.gate;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;

import dev.whetstone.contracts.decision.GateResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Items of which not one may fail, whatever the champion did with them. */
public final class CriticalItems {
  private static final int NAMED = 5;

  private CriticalItems() {}

  /** A result named {@code <gate>/critical}, if any item is critical. */
  public static Optional<GateResult> judge(GatePolicy policy, List<PairedScore> scores) {
    List<PairedScore> critical = scores.stream().filter(PairedScore::critical).toList();
    if (critical.isEmpty()) {
      return Optional.empty();
    }
    List<String> failed =
        critical.stream()
            .filter(score -> score.candidate() < 1)
            .map(PairedScore::itemId)
            .sorted()
            .toList();
    double champion = critical.stream().mapToDouble(PairedScore::champion).average().orElse(0);
    double candidate = critical.stream().mapToDouble(PairedScore::candidate).average().orElse(0);
    String reason =
        failed.isEmpty()
            ? "all " + critical.size() + " critical items passed"
            : failed.size()
                + " of "
                + critical.size()
                + " critical items failed: "
                + failed.stream().limit(NAMED).collect(Collectors.joining(", "))
                + (failed.size() > NAMED ? ", …" : "");
    return Optional.of(
        new GateResult(
            policy.name() + "/critical",
            policy.role(),
            policy.metric(),
            critical.size(),
            champion,
            candidate,
            candidate - champion,
            null,
            null,
            0,
            policy.enforced(),
            failed.isEmpty() ? PASSED : FAILED,
            reason));
  }
}
