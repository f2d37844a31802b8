package dev.whetstone.system;

/** Prints the steps of a test with the time that each took. */
final class Steps {
  private final long begin = System.nanoTime();
  private long last = begin;

  Steps(String title) {
    System.out.println(title);
  }

  /** Prints a step that has just been completed. */
  void done(String step, Object... values) {
    long now = System.nanoTime();
    System.out.printf(
        "  %6.1f s  (+%5.1f s)  %s%n",
        seconds(begin, now), seconds(last, now), step.formatted(values));
    last = now;
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}
