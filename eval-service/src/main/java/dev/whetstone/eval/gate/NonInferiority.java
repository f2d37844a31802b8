package dev.whetstone.eval.gate;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;
import static dev.whetstone.contracts.decision.GateOutcome.UNDECIDED;

import dev.whetstone.contracts.decision.GateResult;
import java.util.List;

/**
 * The candidate may be worse by less than the margin: passed when the interval's lower end is above
 * minus the margin, else failed, or undecided with fewer than {@code minItems} items. Where the
 * items come from a few end users only, it fails when the interval's upper end is below minus the
 * margin: not knowing is no loss.
 */
public final class NonInferiority {
  private NonInferiority() {}

  public static GateResult judge(GatePolicy policy, List<PairedScore> scores) {
    if (scores.size() < 2) {
      return Comparison.withoutInterval(policy, scores);
    }
    Comparison comparison = Comparison.of(policy, scores);
    double p = comparison.difference().pAbove(-policy.margin());
    String allowed = "a loss of " + Comparison.number(policy.margin());
    if (comparison.n() < policy.minItems()) {
      return comparison.result(
          UNDECIDED,
          p,
          comparison.figures() + ": at least " + policy.minItems() + " items are needed");
    }
    if (comparison.interval().lower() > -policy.margin()) {
      return comparison.result(PASSED, p, comparison.figures() + ": no worse than " + allowed);
    }
    if (comparison.difference().isOfFewClusters()
        && comparison.interval().upper() >= -policy.margin()) {
      return comparison.result(
          UNDECIDED, p, comparison.figures() + " of too few end users or conversations");
    }
    return comparison.result(FAILED, p, comparison.figures() + ": cannot rule out " + allowed);
  }
}
