package dev.whetstone.eval.gate;

import static dev.whetstone.contracts.decision.GateOutcome.FAILED;
import static dev.whetstone.contracts.decision.GateOutcome.PASSED;

import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.eval.statistics.HolmCorrection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Evaluates each slice of a role separately, since the mean of the role can hide a loss in one
 * slice. A slice fails if it is shown to have lost more than the margin; its p-value is corrected
 * by Holm over all slices of the role.
 */
public final class SliceGates {
  /** A smaller slice gives too little evidence by itself. */
  public static final int LEAST_ITEMS = 30;

  private SliceGates() {}

  /** One result per slice with enough items, ordered by name. */
  public static List<GateResult> evaluate(GatePolicy policy, List<PairedScore> scores) {
    Map<String, List<PairedScore>> slices = new TreeMap<>();
    for (PairedScore score : scores) {
      if (score.slice() != null) {
        slices.computeIfAbsent(score.slice(), name -> new ArrayList<>()).add(score);
      }
    }
    slices.values().removeIf(items -> items.size() < LEAST_ITEMS);
    if (slices.isEmpty()) {
      return List.of();
    }
    List<PairedComparison> comparisons =
        slices.entrySet().stream()
            .map(slice -> PairedComparison.of(named(policy, slice.getKey()), slice.getValue()))
            .toList();
    double[] adjusted =
        HolmCorrection.adjust(
            comparisons.stream()
                .mapToDouble(comparison -> comparison.difference().pBelow(-policy.margin()))
                .toArray());
    List<GateResult> results = new ArrayList<>();
    for (int i = 0; i < adjusted.length; i++) {
      results.add(result(comparisons.get(i), adjusted[i]));
    }
    return results;
  }

  private static GateResult result(PairedComparison comparison, double adjusted) {
    GatePolicy policy = comparison.policy();
    String allowed = PairedComparison.number(policy.margin());
    return adjusted <= policy.alpha()
        ? comparison.result(
            FAILED, adjusted, comparison.figures() + ": this slice lost more than " + allowed)
        : comparison.result(
            PASSED, adjusted, comparison.figures() + ": not shown to lose more than " + allowed);
  }

  private static GatePolicy named(GatePolicy policy, String slice) {
    return new GatePolicy(
        policy.name() + "/" + slice,
        policy.role(),
        policy.metric(),
        policy.margin(),
        LEAST_ITEMS,
        policy.alpha(),
        policy.enforced());
  }
}
