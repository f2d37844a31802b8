package dev.whetstone.eval.rollout;

import dev.whetstone.kit.work.RetryBackoff;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The recent attempts at something that may fail: how often in a row it failed, why, and when to
 * try again.
 *
 * @param trouble of the last failure; empty after a success
 */
record AttemptHistory(int failures, Instant next, String trouble) {
  static final AttemptHistory NONE = new AttemptHistory(0, Instant.MIN, "");

  boolean isDue(Instant now) {
    return !now.isBefore(next);
  }

  AttemptHistory failed(String why, Instant now, RetryBackoff backoff) {
    int count = failures + 1;
    return new AttemptHistory(count, now.plus(backoff.pause(count)), why);
  }

  static AttemptHistory succeeded(Instant next) {
    return new AttemptHistory(0, next, "");
  }

  /** The last failure with the time of the next attempt; empty after a success. */
  Optional<String> description() {
    return trouble.isEmpty()
        ? Optional.empty()
        : Optional.of(trouble + "; the next attempt is at " + next.truncatedTo(ChronoUnit.SECONDS));
  }
}
