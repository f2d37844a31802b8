package dev.whetstone.cli.terminal;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Polls for a condition that offers no event, such as the readiness of another process. */
public final class ConditionWait {
  private static final Duration INTERVAL = Duration.ofMillis(250);

  private ConditionWait() {}

  /**
   * Polls {@code condition} until it returns a value, {@code limit} has passed or the thread is
   * interrupted.
   *
   * @param tick receives the elapsed time between two polls
   */
  public static <T> Optional<T> until(
      Duration limit, Supplier<Optional<T>> condition, Consumer<Duration> tick) {
    long start = System.nanoTime();
    while (true) {
      Optional<T> answer = condition.get();
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      if (answer.isPresent() || elapsed.compareTo(limit) > 0) {
        return answer;
      }
      if (Thread.currentThread().isInterrupted()) {
        return Optional.empty();
      }
      tick.accept(elapsed);
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }
}
