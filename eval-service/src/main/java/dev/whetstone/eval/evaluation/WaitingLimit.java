package dev.whetstone.eval.evaluation;

import dev.whetstone.eval.config.EvalConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The time limits of what evaluations wait for. No limit runs while this service is down, so each
 * starts with the service at the earliest.
 */
@ApplicationScoped
public class WaitingLimit {
  private final EvalConfig config;
  private final Clock clock;
  private final Instant serviceStart;

  public WaitingLimit(EvalConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.serviceStart = clock.instant();
  }

  /** Whether the time to wait for inputs is over and a person must decide. */
  public boolean isOver(Evaluation evaluation) {
    return clock.instant().isAfter(end(evaluation.startedAt(), config.patience()));
  }

  /** When an evaluation ends that the model server keeps from advancing. */
  public Instant serverDeadline(Instant unwellSince) {
    return end(unwellSince, config.serverPatience());
  }

  private Instant end(Instant from, Duration limit) {
    return (from.isAfter(serviceStart) ? from : serviceStart).plus(limit);
  }
}
