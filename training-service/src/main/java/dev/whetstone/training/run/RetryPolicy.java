package dev.whetstone.training.run;

import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.kit.work.RetryBackoff;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.StartTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Decides what follows an attempt that ended without a checkpoint; see {@link RetryPolicies}. */
public final class RetryPolicy {
  private enum Limit {
    NONE,
    MAX_ATTEMPTS,
    NEVER
  }

  private final Limit limit;
  private final Duration first;
  private final Duration longest;
  private final String code;

  private RetryPolicy(Limit limit, Duration first, Duration longest, String code) {
    this.limit = limit;
    this.first = first;
    this.longest = longest;
    this.code = code;
  }

  /** No other attempt. */
  static RetryPolicy giveUp(String code) {
    return new RetryPolicy(Limit.NEVER, Duration.ZERO, Duration.ZERO, code);
  }

  /** Another attempt from the newest complete resume point, at once, without a limit. */
  static RetryPolicy resume(String code) {
    return new RetryPolicy(Limit.NONE, Duration.ZERO, Duration.ZERO, code);
  }

  /** Waits before the attempt; the pause doubles each time. */
  RetryPolicy waiting(Duration newFirst, Duration newLongest) {
    return new RetryPolicy(limit, newFirst, newLongest, code);
  }

  /** Counts against the loop's {@code maxAttempts}. */
  RetryPolicy upToMaxAttempts() {
    return new RetryPolicy(Limit.MAX_ATTEMPTS, first, longest, code);
  }

  /**
   * What a policy needs to know about the run.
   *
   * @param maxAttempts the loop's
   * @param batchSize the run's effective batch, of which a micro-batch is a divisor
   * @param startTimes how long the loop's workers need before their first step
   * @param accelerator as the attempt's worker found it
   * @param pauses of a run that is ended from outside again and again
   * @param memoryPauses of a run for whose memory another process is in the way
   */
  public record Circumstances(
      RunTally tally,
      int maxAttempts,
      int batchSize,
      StartTimes startTimes,
      Optional<StatusReport.Accelerator> accelerator,
      PreemptionPolicy.Pauses pauses,
      OutOfMemoryPolicy.Pauses memoryPauses,
      Instant now) {}

  NextStep after(AttemptEnd end, Circumstances run) {
    RunTally before = run.tally();
    int failures = before.failures() + (limit == Limit.MAX_ATTEMPTS ? 1 : 0);
    int refusals = end instanceof AttemptEnd.Refused ? before.refusals() + 1 : 0;
    if (limit == Limit.NEVER) {
      return new NextStep.GiveUp(code, end.detail());
    }
    if (limit == Limit.MAX_ATTEMPTS && failures >= run.maxAttempts()) {
      return new NextStep.GiveUp(
          code,
          "%d of at most %d attempts failed; the last: %s"
              .formatted(failures, run.maxAttempts(), end.detail()));
    }
    Duration pause = pause(limit == Limit.NONE ? refusals : failures);
    return new NextStep.Again(
        run.now().plus(pause),
        new RunTally(failures, refusals, 0, before.memoryWaits(), before.microBatchSize()),
        end.detail());
  }

  private Duration pause(int times) {
    return RetryBackoff.doubling(first, longest).pause(Math.max(1, times));
  }
}
