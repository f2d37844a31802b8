package dev.whetstone.eval.metrics;

import static dev.whetstone.kit.metrics.LabelDescription.value;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.kit.metrics.MeterRegistrar;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what the eval service does, and shows what it sees at the model servers. */
@Startup
@ApplicationScoped
public class EvalMetrics {
  private final MeterRegistrar meters;
  private final AtomicInteger tainted = new AtomicInteger();
  private final AtomicInteger overdue = new AtomicInteger();
  private final Map<Replica, AtomicInteger> replicas = new EnumMap<>(Replica.class);

  public EvalMetrics(MeterRegistrar meters) {
    this.meters = meters;
    meters.begin(EvalMeter.values());
    meters.gauge(EvalMeter.CHAMPIONS_TAINTED, tainted::get, "ahead");
    meters.gauge(EvalMeter.CHAMPIONS_TAINTED, overdue::get, "over");
    for (Replica state : Replica.values()) {
      AtomicInteger number = new AtomicInteger();
      replicas.put(state, number);
      meters.gauge(EvalMeter.REPLICAS, number::get, value(state));
    }
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

  /** Whether a replica serves a loop's champion. */
  public enum Replica {
    SERVING,
    /** It has loaded the adapter and answers as the base. */
    WITHOUT_EFFECT,
    NOT_SERVING
  }

  /**
   * Counts a decision.
   *
   * @param took time from the beginning of the evaluation to its verdict
   */
  public void decided(Verdict verdict, Duration took) {
    meters.counter(EvalMeter.DECISIONS, value(verdict)).increment();
    meters.timer(EvalMeter.EVALUATION_TIME).record(took);
  }

  /** Counts an answer of a model. */
  public void answered() {
    meters.counter(EvalMeter.ANSWERS).increment();
  }

  /** Counts an effect probe of a replica. */
  public void probed(Probe outcome) {
    meters.counter(EvalMeter.PROBES, value(outcome)).increment();
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

  /** Sets how many replicas of loops are in each state; 0 for states without a number. */
  public void replicas(Map<Replica, Integer> numbers) {
    replicas.forEach((state, number) -> number.set(numbers.getOrDefault(state, 0)));
  }

  /** Counts an evaluation whose likelihoods were requested, by whether they were measured. */
  public void likelihoods(boolean measured) {
    meters.counter(EvalMeter.LIKELIHOODS, measured ? "measured" : "not_measured").increment();
  }

  public void rollout(Rollout outcome) {
    meters.counter(EvalMeter.ROLLOUTS, value(outcome)).increment();
  }

  /** Counts a candidate of a loop that every replica serves. */
  public void promoted(LoopId loop) {
    meters.counter(EvalMeter.PROMOTIONS, loop.key()).increment();
  }
}
