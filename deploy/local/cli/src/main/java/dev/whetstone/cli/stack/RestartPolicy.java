package dev.whetstone.cli.stack;

import java.time.Duration;

/**
 * When a component that ended is started again: at once the first time, then after pauses that
 * double up to a minute; a component that lived for two minutes begins afresh.
 *
 * @param failures ends in a row without having lived long
 */
record RestartPolicy(int failures) {
  static final RestartPolicy FRESH = new RestartPolicy(0);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LIVED_LONG = Duration.ofMinutes(2);

  /** The policy after the component ended again. */
  RestartPolicy ended(Duration lived) {
    return lived.compareTo(LIVED_LONG) >= 0
        ? new RestartPolicy(1)
        : new RestartPolicy(failures + 1);
  }

  /** How long to wait before the next start. */
  Duration pause() {
    if (failures <= 1) {
      return Duration.ZERO;
    }
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 2, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
