package dev.whetstone.kit.work;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: the first pause after the first failure, multiplied by
 * the factor after each further one, never more than the longest. The jitter shortens a pause by a
 * random share, so that clients that failed together do not come back together.
 *
 * @param first pause after the first failure; zero for a retry without a pause
 * @param factor at least 1; 1 for pauses of equal length
 * @param longest upper bound of every pause
 * @param jitter largest share of a pause that is taken off, from 0 (none) to 1
 */
public record RetryBackoff(Duration first, double factor, Duration longest, double jitter) {
  public RetryBackoff {
    if (first.isNegative() || longest.isNegative()) {
      throw new IllegalArgumentException(
          "pauses must not be negative: first %s, longest %s".formatted(first, longest));
    }
    if (!(factor >= 1) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException("the factor must be at least 1, not " + factor);
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("the jitter must be from 0 to 1, not " + jitter);
    }
  }

  /** Doubles the pause with each failure, without jitter. */
  public static RetryBackoff doubling(Duration first, Duration longest) {
    return new RetryBackoff(first, 2, longest, 0);
  }

  /** The same pauses, each shortened by a random share of at most {@code share}. */
  public RetryBackoff withJitter(double share) {
    return new RetryBackoff(first, factor, longest, share);
  }

  /**
   * The pause without jitter.
   *
   * @param failures in a row; no pause for none
   */
  public Duration pause(int failures) {
    if (failures < 1) {
      return Duration.ZERO;
    }
    double limit = longest.toNanos();
    double nanos = first.toNanos() * Math.pow(factor, failures - 1.0);
    return nanos >= limit ? longest : Duration.ofNanos((long) nanos);
  }

  /**
   * The pause with jitter.
   *
   * @param failures in a row; no pause for none
   */
  public Duration pause(int failures, RandomGenerator random) {
    double share = 1 - jitter * random.nextDouble();
    return Duration.ofNanos((long) (pause(failures).toNanos() * share));
  }
}
