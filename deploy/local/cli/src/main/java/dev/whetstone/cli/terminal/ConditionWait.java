package dev.whetstone.cli.terminal;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Waiting for a condition that has no event to wait on, such as another process's readiness. */
public final class ConditionWait {
  private static final Duration INTERVAL = Duration.ofMillis(250);

  private ConditionWait() {}

  /**
   * Asks {@code condition} until it answers or {@code limit} passed or the thread is interrupted.
   *
   * @param tick is told the elapsed time between two askings
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
