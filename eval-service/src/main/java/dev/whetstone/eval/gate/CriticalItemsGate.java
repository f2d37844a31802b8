package dev.whetstone.eval.gate;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;
import static dev.whetstone.contracts.decision.GateOutcome.UNDECIDED;

import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Fails if the candidate fails a critical item, whatever the champion scored. */
public final class CriticalItemsGate {
  private static final int MOST_LISTED = 5;

  private CriticalItemsGate() {}

  /** The result of the critical items, named {@code <gate>/critical}; empty if there are none. */
  public static Optional<GateResult> evaluate(GatePolicy policy, List<PairedScore> scores) {
    List<PairedScore> critical = scores.stream().filter(PairedScore::critical).toList();
    if (critical.isEmpty()) {
      return Optional.empty();
    }
    List<String> failed = failed(critical);
    String reason = reason("critical items", critical.size(), failed);
    GateOutcome outcome = failed.isEmpty() ? PASSED : FAILED;
    return Optional.of(result(policy, policy.name() + "/critical", critical, outcome, reason));
  }

  /** The result of a role whose items are all critical. */
  public static GateResult all(GatePolicy policy, List<PairedScore> scores) {
    if (scores.isEmpty()) {
      return PairedComparison.withoutInterval(policy, scores);
    }
    List<String> failed = failed(scores);
    String reason = reason("items", scores.size(), failed);
    if (failed.isEmpty() && scores.size() < policy.minItems()) {
      reason += ": at least " + policy.minItems() + " items are needed";
      return result(policy, policy.name(), scores, UNDECIDED, reason);
    }
    return result(policy, policy.name(), scores, failed.isEmpty() ? PASSED : FAILED, reason);
  }

  private static List<String> failed(List<PairedScore> scores) {
    return scores.stream()
        .filter(score -> score.candidate() < 1)
        .map(PairedScore::itemId)
        .sorted()
        .toList();
  }

  private static String reason(String what, int items, List<String> failed) {
    return failed.isEmpty()
        ? "all %d %s passed".formatted(items, what)
        : "%d of %d %s failed: %s%s"
            .formatted(
                failed.size(),
                items,
                what,
                failed.stream().limit(MOST_LISTED).collect(Collectors.joining(", ")),
                failed.size() > MOST_LISTED ? ", …" : "");
  }

  private static GateResult result(
      GatePolicy policy,
      String name,
      List<PairedScore> scores,
      GateOutcome outcome,
      String reason) {
    double champion = scores.stream().mapToDouble(PairedScore::champion).average().orElse(0);
    double candidate = scores.stream().mapToDouble(PairedScore::candidate).average().orElse(0);
    return new GateResult(
        name,
        policy.role(),
        policy.metric(),
        scores.size(),
        champion,
        candidate,
        candidate - champion,
        null,
        null,
        0,
        policy.enforced(),
        outcome,
        reason);
  }
}
