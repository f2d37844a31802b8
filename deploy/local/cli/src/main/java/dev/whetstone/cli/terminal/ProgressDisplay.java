package dev.whetstone.cli.terminal;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Shows progress while waiting. */
public interface ProgressDisplay {
  /** Prints one line. */
  void print(String line);

  /**
   * Polls until {@code condition} returns a value, showing the elapsed time and {@code detail}.
   *
   * @param what label of the progress line
   * @param detail the current state in one line, may be empty
   * @return the value, or empty after {@code limit}
   */
  <T> Optional<T> await(
      String what, Duration limit, Supplier<String> detail, Supplier<Optional<T>> condition);

  /** Shows nothing. */
  static ProgressDisplay silent() {
    return new ProgressDisplay() {
      @Override
      public void print(String line) {}

      @Override
      public <T> Optional<T> await(
          String what, Duration limit, Supplier<String> detail, Supplier<Optional<T>> condition) {
        return ConditionWait.until(limit, condition, elapsed -> {});
      }
    };
  }
}
