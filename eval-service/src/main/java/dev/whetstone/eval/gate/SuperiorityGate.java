package dev.whetstone.eval.gate;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;
import static dev.whetstone.contracts.decision.GateOutcome.UNDECIDED;

import dev.whetstone.contracts.decision.GateResult;
import java.util.List;

/**
 * The candidate must be better by more than the margin. The gate passes if the interval's lower end
 * is above the margin, fails if the upper end is not, and is undecided otherwise, or with fewer
 * than {@code minItems} items.
 */
public final class SuperiorityGate {
  private SuperiorityGate() {}

  private static String withoutItems(List<String> batches) {
    return batches.isEmpty()
        ? "no items: every batch that the candidate was trained on is adopted or set aside;"
            + " train on a new batch"
        : "no items: no usable test items in batch %s; seal a batch that has some"
            .formatted(String.join(", ", batches));
  }

  /**
   * @param batches ids of the batches of these items, named in the reason if there are no items
   */
  public static GateResult evaluate(
      GatePolicy policy, List<PairedScore> scores, List<String> batches) {
    if (scores.isEmpty()) {
      return PairedComparison.notMeasured(policy, withoutItems(batches));
    }
    if (scores.size() < 2) {
      return PairedComparison.withoutInterval(policy, scores);
    }
    PairedComparison comparison = PairedComparison.of(policy, scores);
    double p = comparison.difference().pAbove(policy.margin());
    String margin = PairedComparison.number(policy.margin());
    if (comparison.n() < policy.minItems()) {
      return comparison.result(
          UNDECIDED,
          p,
          comparison.figures() + ": at least " + policy.minItems() + " items are needed");
    }
    if (comparison.interval().lower() > policy.margin()) {
      return comparison.result(PASSED, p, comparison.figures() + ": better by more than " + margin);
    }
    if (comparison.interval().upper() <= policy.margin()) {
      return comparison.result(
          FAILED, p, comparison.figures() + ": not better by more than " + margin);
    }
    return comparison.result(
        UNDECIDED, p, comparison.figures() + ": the interval contains " + margin);
  }
}
