package dev.whetstone.eval.metrics;

import dev.whetstone.contracts.decision.Verdict;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Names and label values of the eval service's metrics; label values are bounded by enums. */
@ApplicationScoped
public class EvalMetrics {
  private static final String DECISIONS = "whetstone.eval.decisions";
  private static final String EVALUATION_TIME = "whetstone.eval.evaluation.time";
  private static final String ANSWERS = "whetstone.eval.answers";
  private static final String ROLLOUTS = "whetstone.eval.rollouts";
  private static final String PROBES = "whetstone.eval.probes";
  private static final String TAINTED = "whetstone.eval.champions.tainted";
  private static final String LIKELIHOODS = "whetstone.eval.likelihoods";
  private final MeterRegistry registry;
  private final AtomicInteger tainted = new AtomicInteger();
  private final AtomicInteger overdue = new AtomicInteger();

  public EvalMetrics(MeterRegistry registry) {
    this.registry = registry;
    registry.gauge(TAINTED, Tags.of("deadline", "ahead"), tainted);
    registry.gauge(TAINTED, Tags.of("deadline", "over"), overdue);
  }

  /** The outcome of a rollout. */
  public enum Rollout {
    APPLIED,
    FAILED,
    ROLLED_BACK
  }

  /** How a replica answered an effect probe. */
  public enum Probe {
    AS_EVALUATED,
    AS_BASE,
    OTHERWISE
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

  /** Counts an effect probe of a replica. */
  public void probed(Probe outcome) {
    registry.counter(PROBES, "outcome", outcome.name().toLowerCase(Locale.ROOT)).increment();
  }

  /**
   * Sets how many loops serve a champion that is trained on erased data.
   *
   * @param ahead those whose deadline is ahead
   * @param over those whose deadline is over; alert if it is not 0
   */
  public void taintedChampions(int ahead, int over) {
    tainted.set(ahead);
    overdue.set(over);
  }

  /** Counts an evaluation whose likelihoods were requested, by whether they were measured. */
  public void likelihoods(boolean measured) {
    registry.counter(LIKELIHOODS, "outcome", measured ? "measured" : "not_measured").increment();
  }

  public void rollout(Rollout outcome) {
    registry.counter(ROLLOUTS, "outcome", outcome.name().toLowerCase(Locale.ROOT)).increment();
  }
}
