package dev.whetstone.eval.gate;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;
import static dev.whetstone.contracts.decision.GateOutcome.UNDECIDED;

import dev.whetstone.contracts.decision.GateResult;
import java.util.List;

/**
 * The candidate must be better by more than the margin: passed when the interval's lower end is
 * above it, failed when the upper end is not, undecided between, or with fewer than {@code
 * minItems} items.
 */
public final class Superiority {
  private Superiority() {}

  public static GateResult judge(GatePolicy policy, List<PairedScore> scores) {
    if (scores.size() < 2) {
      return Comparison.withoutInterval(policy, scores);
    }
    Comparison comparison = Comparison.of(policy, scores);
    double p = comparison.difference().pAbove(policy.margin());
    String margin = Comparison.number(policy.margin());
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
    return comparison.result(UNDECIDED, p, comparison.figures() + ": the interval holds " + margin);
  }
}
