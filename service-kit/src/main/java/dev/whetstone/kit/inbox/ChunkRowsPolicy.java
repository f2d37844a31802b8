package dev.whetstone.kit.inbox;

import java.time.Duration;

/**
 * How many events the next transaction takes: half as many after one that took longer than the
 * target, twice as many after one that took less than a quarter of it. Pure.
 *
 * @param most events of a transaction
 * @param target time of a transaction
 */
record ChunkRowsPolicy(int most, Duration target) {
  private static final int QUICK = 4;

  int next(int rows, Duration took) {
    if (took.compareTo(target) > 0) {
      return Math.max(1, rows / 2);
    }
    boolean quick = took.multipliedBy(QUICK).compareTo(target) < 0;
    return quick ? (int) Math.min(most, 2L * rows) : Math.min(most, rows);
  }
}
