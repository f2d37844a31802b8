package dev.whetstone.eval.gate;

import dev.whetstone.contracts.decision.ConfidenceInterval;
import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.eval.statistics.PairedDifference;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The statistics that the gates need of their paired scores. */
record PairedComparison(
    GatePolicy policy,
    int n,
    double champion,
    double candidate,
    PairedDifference difference,
    ConfidenceInterval interval) {

  static PairedComparison of(GatePolicy policy, List<PairedScore> scores) {
    double[] differences = scores.stream().mapToDouble(PairedScore::difference).toArray();
    PairedDifference difference =
        scores.stream().allMatch(score -> score.cluster() == null)
            ? PairedDifference.of(differences)
            : PairedDifference.clustered(differences, clusters(scores));
    return new PairedComparison(
        policy,
        scores.size(),
        scores.stream().mapToDouble(PairedScore::champion).average().orElseThrow(),
        scores.stream().mapToDouble(PairedScore::candidate).average().orElseThrow(),
        difference,
        limited(difference.interval(policy.level())));
  }

  /** Limits an interval to -1 and 1, since scores lie between 0 and 1. */
  private static ConfidenceInterval limited(ConfidenceInterval interval) {
    return new ConfidenceInterval(
        Math.max(-1, interval.lower()), Math.min(1, interval.upper()), interval.level());
  }

  GateResult result(GateOutcome outcome, double pValue, String reason) {
    return new GateResult(
        policy.name(),
        policy.role(),
        policy.metric(),
        n,
        champion,
        candidate,
        difference.mean(),
        interval,
        pValue,
        policy.margin(),
        policy.enforced(),
        outcome,
        reason);
  }

  /** For example {@code +0.021 [+0.004, +0.038], n 200}. */
  String figures() {
    return String.format(
        Locale.ROOT,
        "%+.3f [%+.3f, %+.3f], n %d",
        difference.mean(),
        interval.lower(),
        interval.upper(),
        n);
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** The result for too few items to compute an interval. */
  static GateResult withoutInterval(GatePolicy policy, List<PairedScore> scores) {
    if (scores.isEmpty()) {
      return notMeasured(
          policy,
          "no items: declare a suite of role %s under spec.evaluation.suites, or leave the gate out"
              .formatted(policy.role()));
    }
    return withoutInterval(
        policy,
        scores,
        GateOutcome.UNDECIDED,
        "one item; at least " + policy.minItems() + " are needed");
  }

  /**
   * The result for a gate without items.
   *
   * @param reason with the remedy
   */
  static GateResult notMeasured(GatePolicy policy, String reason) {
    return withoutInterval(policy, List.of(), GateOutcome.NOT_MEASURED, reason);
  }

  private static GateResult withoutInterval(
      GatePolicy policy, List<PairedScore> scores, GateOutcome outcome, String reason) {
    boolean none = scores.isEmpty();
    return new GateResult(
        policy.name(),
        policy.role(),
        policy.metric(),
        scores.size(),
        none ? null : scores.getFirst().champion(),
        none ? null : scores.getFirst().candidate(),
        none ? null : scores.getFirst().difference(),
        null,
        null,
        policy.margin(),
        policy.enforced(),
        outcome,
        reason);
  }

  /** Cluster names per item; an item without a cluster is its own cluster. */
  private static List<String> clusters(List<PairedScore> scores) {
    return IntStream.range(0, scores.size())
        .mapToObj(
            i -> {
              String cluster = scores.get(i).cluster();
              return cluster == null ? "item " + i : "cluster " + cluster;
            })
        .toList();
  }
}
