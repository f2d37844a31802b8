package dev.whetstone.training.run;

import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.ExitCodes;
import java.time.Duration;

/** The policy for each way in which an attempt can end. */
public final class RetryPolicies {
  private static final RetryPolicy BAD_DATA = RetryPolicy.giveUp("bad-data");

  /** The worker followed a request to stop; no attempt follows by itself. */
  private static final RetryPolicy STOPPED = RetryPolicy.giveUp("stopped");

  /** The same run would end in the same way. */
  static final String LIMIT_REACHED = "limit-reached";

  private static final RetryPolicy LIMIT = RetryPolicy.giveUp(LIMIT_REACHED);

  private static final RetryPolicy CANNOT_START =
      RetryPolicy.resume("cannot-start").waiting(Duration.ofSeconds(5), Duration.ofMinutes(5));

  private static final RetryPolicy FAILED =
      RetryPolicy.resume("worker-failed")
          .waiting(Duration.ofSeconds(1), Duration.ofMinutes(2))
          .upToMaxAttempts();

  private static final RetryPolicy LOST = RetryPolicy.resume("worker-lost").upToMaxAttempts();

  /** A claim lasts a minute, so that these attempts follow each other at least that slowly. */
  private static final RetryPolicy UNCONFIRMED = RetryPolicy.resume("launch-unconfirmed");

  private RetryPolicies() {}

  /** The next step after an attempt that ended. */
  public static NextStep after(AttemptEnd end, RetryPolicy.Circumstances run) {
    return switch (end) {
      case AttemptEnd.Preempted preempted -> PreemptionPolicy.after(preempted, run);
      case AttemptEnd.Exited exited when exited.code() == ExitCodes.OUT_OF_MEMORY ->
          OutOfMemoryPolicy.after(exited, run);
      default -> policy(end).after(end, run);
    };
  }

  private static RetryPolicy policy(AttemptEnd end) {
    return switch (end) {
      case AttemptEnd.Exited exited ->
          switch (exited.code()) {
            case ExitCodes.BAD_DATA -> BAD_DATA;
            case ExitCodes.STOPPED, ExitCodes.STALE_FENCE -> STOPPED;
            case ExitCodes.LIMIT -> LIMIT;
            default -> FAILED;
          };
      case AttemptEnd.Preempted _ ->
          throw new IllegalStateException("PreemptionPolicy decides about " + end);
      case AttemptEnd.Lost _ -> LOST;
      case AttemptEnd.BadOutput _ -> FAILED;
      case AttemptEnd.Refused _ -> CANNOT_START;
      case AttemptEnd.Unconfirmed _ -> UNCONFIRMED;
    };
  }
}
