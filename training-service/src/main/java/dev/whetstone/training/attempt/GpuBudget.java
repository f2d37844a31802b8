package dev.whetstone.training.attempt;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;

/** Limits the accelerator time of a loop's attempts within 24 hours. */
@ApplicationScoped
public class GpuBudget {
  private static final Duration DAY = Duration.ofDays(1);

  private final AttemptTimesRepository attempts;

  public GpuBudget(AttemptTimesRepository attempts) {
    this.attempts = attempts;
  }

  /** Whether the budget is used up; 0 means no limit. */
  public boolean isSpent(LoopId loop, LoopSpec.Budgets budgets, Instant now) {
    long budget = budgets.maxGpuSecondsPerDay();
    return budget > 0 && attempts.secondsSince(loop, now.minus(DAY), now) >= budget;
  }
}
