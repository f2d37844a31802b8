package dev.whetstone.training.attempt;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;

/** What a loop's attempts may take of the accelerators within 24 hours. */
@ApplicationScoped
public class GpuBudget {
  private static final Duration DAY = Duration.ofDays(1);

  private final AttemptRepository attempts;

  public GpuBudget(AttemptRepository attempts) {
    this.attempts = attempts;
  }

  /** Whether it is used up; a budget of 0 has no end. */
  public boolean isSpent(LoopId loop, LoopSpec.Budgets budgets, Instant now) {
    long budget = budgets.maxGpuSecondsPerDay();
    return budget > 0 && attempts.secondsSince(loop, now.minus(DAY), now) >= budget;
  }
}
