package dev.whetstone.curation.advice.rule;

import java.util.Map;

/**
 * Advice on fine-tuning, derived from the loop's feedback.
 *
 * @param shares of failures by kind; they add up to 1 when there are any
 * @param missing train examples and held-out items still needed, and the forecast, for people;
 *     empty when none
 */
public record TuningAdvice(
    Recommendation recommendation,
    int failures,
    Map<FailureKind, Double> shares,
    String message,
    String missing) {
  /** What to do. */
  public enum Recommendation {
    FINE_TUNE,
    RETRIEVAL,
    BOTH,
    TOO_EARLY
  }
}
