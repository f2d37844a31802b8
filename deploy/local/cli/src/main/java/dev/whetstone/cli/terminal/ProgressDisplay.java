package dev.whetstone.cli.terminal;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Shows a person what is being waited for. */
public interface ProgressDisplay {
  /** Says something once. */
  void say(String line);

  /**
   * Polls until {@code condition} answers, showing how long it takes and {@code detail}.
   *
   * @param what is waited for, as in "waiting for …"
   * @param detail the newest news about it, one line, may be empty
   * @return the answer, or empty when {@code limit} passed
   */
  <T> Optional<T> await(
      String what, Duration limit, Supplier<String> detail, Supplier<Optional<T>> condition);

  /** Shows nothing. */
  static ProgressDisplay silent() {
    return new ProgressDisplay() {
      @Override
      public void say(String line) {}

      @Override
      public <T> Optional<T> await(
          String what, Duration limit, Supplier<String> detail, Supplier<Optional<T>> condition) {
        return ConditionWait.until(limit, condition, elapsed -> {});
      }
    };
  }
}
