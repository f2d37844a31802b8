package dev.whetstone.eval.metrics;

import dev.whetstone.contracts.decision.Verdict;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;

/** Names and label values of the eval service's metrics; label values are bounded by enums. */
@ApplicationScoped
public class EvalMetrics {
  private static final String DECISIONS = "whetstone.eval.decisions";
  private static final String EVALUATION_TIME = "whetstone.eval.evaluation.time";
  private static final String ANSWERS = "whetstone.eval.answers";
  private static final String ROLLOUTS = "whetstone.eval.rollouts";
  private static final String LIKELIHOODS = "whetstone.eval.likelihoods";
  private final MeterRegistry registry;

  public EvalMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** The outcome of a rollout. */
  public enum Rollout {
    APPLIED,
    FAILED,
    ROLLED_BACK
  }

  /**
   * Counts a decision.
   *
   * @param took time from the beginning of the evaluation to its verdict
   */
  public void decided(Verdict verdict, Duration took) {
    String label = verdict.name().toLowerCase(Locale.ROOT);
    registry.counter(DECISIONS, "verdict", label).increment();
    registry.timer(EVALUATION_TIME).record(took);
  }

  /** Counts an answer of a model. */
  public void answered() {
    registry.counter(ANSWERS).increment();
  }

  /** Counts an evaluation whose likelihoods were requested, by whether they were measured. */
  public void likelihoods(boolean measured) {
    registry.counter(LIKELIHOODS, "outcome", measured ? "measured" : "not_measured").increment();
  }

  public void rollout(Rollout outcome) {
    registry.counter(ROLLOUTS, "outcome", outcome.name().toLowerCase(Locale.ROOT)).increment();
  }
}
