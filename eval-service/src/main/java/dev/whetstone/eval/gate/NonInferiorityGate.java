package dev.whetstone.eval.gate;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;
import static dev.whetstone.contracts.decision.GateOutcome.UNDECIDED;

import dev.whetstone.contracts.decision.GateResult;
import java.util.List;

/**
 * The candidate may be worse by less than the margin. The gate passes if the interval's lower end
 * is above minus the margin, is undecided with fewer than {@code minItems} items, and fails
 * otherwise. With too few items for an identical candidate to pass, or items of a few end users
 * only, it fails only if the interval's upper end is below minus the margin, and is undecided
 * otherwise.
 */
public final class NonInferiorityGate {
  private NonInferiorityGate() {}

  public static GateResult evaluate(GatePolicy policy, List<PairedScore> scores) {
    if (scores.size() < 2) {
      return PairedComparison.withoutInterval(policy, scores);
    }
    PairedComparison comparison = PairedComparison.of(policy, scores);
    double p = comparison.difference().pAbove(-policy.margin());
    String allowed = "a loss of " + PairedComparison.number(policy.margin());
    if (comparison.n() < policy.minItems()) {
      return comparison.result(
          UNDECIDED,
          p,
          comparison.figures() + ": at least " + policy.minItems() + " items are needed");
    }
    if (comparison.interval().lower() > -policy.margin()) {
      return comparison.result(PASSED, p, comparison.figures() + ": no worse than " + allowed);
    }
    if (comparison.interval().upper() >= -policy.margin()) {
      if (comparison.difference().isOfFewClusters()) {
        return comparison.result(
            UNDECIDED, p, comparison.figures() + ": too few end users or conversations");
      }
      if (policy.margin() <= 0) {
        return comparison.result(
            UNDECIDED,
            p,
            comparison.figures()
                + ": no number of equal answers rules out a loss of 0; set a margin above 0");
      }
      long needed = comparison.difference().itemsToShow(policy.margin(), policy.alpha());
      if (needed > comparison.n()) {
        return comparison.result(
            UNDECIDED,
            p,
            comparison.figures() + ": it takes " + needed + " items to rule out " + allowed);
      }
    }
    return comparison.result(FAILED, p, comparison.figures() + ": cannot rule out " + allowed);
  }
}
