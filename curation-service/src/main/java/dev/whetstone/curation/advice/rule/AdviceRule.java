package dev.whetstone.curation.advice.rule;

import dev.whetstone.curation.advice.rule.TuningAdvice.Recommendation;
import dev.whetstone.curation.seal.SealDecision;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Derives advice from failures: which kind prevails, and whether there are enough to decide. */
public final class AdviceRule {
  private static final int LEAST_FAILURES = 20;
  private static final double PREVAILS = 0.6;

  private AdviceRule() {}

  /**
   * Advice from a loop's failures.
   *
   * @param seal the seal rule's current decision for the same loop, with what is missing
   */
  public static TuningAdvice of(List<AnswerFailure> failures, SealDecision seal) {
    Map<FailureKind, Integer> counts = new EnumMap<>(FailureKind.class);
    failures.forEach(failure -> counts.merge(FailureRule.of(failure), 1, Integer::sum));
    Map<FailureKind, Double> shares = new EnumMap<>(FailureKind.class);
    counts.forEach((kind, n) -> shares.put(kind, (double) n / failures.size()));
    String missing =
        switch (seal) {
          case SealDecision.Seal(_) -> "";
          case SealDecision.Wait wait -> wait.message();
        };
    Recommendation recommendation = recommend(failures.size(), shares);
    return new TuningAdvice(
        recommendation, failures.size(), shares, message(recommendation, shares), missing);
  }

  private static Recommendation recommend(int failures, Map<FailureKind, Double> shares) {
    if (failures < LEAST_FAILURES) {
      return Recommendation.TOO_EARLY;
    }
    double manner = shares.getOrDefault(FailureKind.MANNER, 0.0);
    double fact = shares.getOrDefault(FailureKind.FACT, 0.0);
    if (manner + fact == 0) {
      return Recommendation.TOO_EARLY;
    }
    double share = manner / (manner + fact);
    if (share >= PREVAILS) {
      return Recommendation.FINE_TUNE;
    }
    return share <= 1 - PREVAILS ? Recommendation.RETRIEVAL : Recommendation.BOTH;
  }

  private static String message(Recommendation recommendation, Map<FailureKind, Double> shares) {
    String measured =
        String.format(
            Locale.ROOT,
            "%.0f %% of failures are of manner, %.0f %% of fact",
            100 * shares.getOrDefault(FailureKind.MANNER, 0.0),
            100 * shares.getOrDefault(FailureKind.FACT, 0.0));
    return switch (recommendation) {
      case FINE_TUNE -> measured + ": fine-tuning fits";
      case RETRIEVAL -> measured + ": retrieval fits better, facts change faster than adapters";
      case BOTH -> measured + ": fine-tuning for the manner, retrieval for the facts";
      case TOO_EARLY ->
          measured + ": too few to decide, " + LEAST_FAILURES + " clear failures are needed";
    };
  }
}
