package dev.whetstone.cli.stack;

import java.time.Duration;

/**
 * When to restart a component that exited: immediately the first time, then after a pause that
 * doubles up to one minute. A component that ran for two minutes starts over.
 *
 * @param failures consecutive exits, each after less than two minutes
 */
record RestartPolicy(int failures) {
  static final RestartPolicy FRESH = new RestartPolicy(0);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONG_RUN = Duration.ofMinutes(2);

  /** The policy after another exit of the component. */
  RestartPolicy afterExit(Duration lived) {
    return lived.compareTo(LONG_RUN) >= 0 ? new RestartPolicy(1) : new RestartPolicy(failures + 1);
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
