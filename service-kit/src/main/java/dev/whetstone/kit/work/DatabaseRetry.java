package dev.whetstone.kit.work;

import dev.whetstone.kit.sql.DatabaseFaults;
import io.quarkus.narayana.jta.QuarkusTransaction;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/** Repeats a transaction while the database fails for a reason that may pass. */
public final class DatabaseRetry {
  private static final Logger LOG = Logger.getLogger(DatabaseRetry.class);
  private static final RetryBackoff BACKOFF =
      RetryBackoff.doubling(Duration.ofMillis(200), Duration.ofSeconds(10));

  private DatabaseRetry() {}

  /**
   * Runs the work in a transaction of its own until it commits.
   *
   * @throws RuntimeException the fault of the work itself, or the database's when the thread is
   *     interrupted
   */
  public static void run(Runnable work) {
    call(
        () -> {
          work.run();
          return true;
        },
        Integer.MAX_VALUE);
  }

  /**
   * Runs the work in a transaction of its own until it commits, at most {@code attempts} times.
   *
   * @throws RuntimeException the fault of the work itself, or the database's when the attempts are
   *     used up or the thread is interrupted
   */
  public static <T> T call(Callable<T> work, int attempts) {
    for (int attempt = 1; ; attempt++) {
      try {
        return QuarkusTransaction.requiringNew().call(work);
      } catch (RuntimeException e) {
        if (attempt >= attempts || !DatabaseFaults.mayPass(e)) {
          throw e;
        }
        Duration pause = BACKOFF.pause(attempt);
        LOG.warnf("database-unavailable retry-in=%s reason=%s", pause, rootMessage(e));
        LockSupport.parkNanos(pause.toNanos());
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
    }
  }

  /** The message of the innermost cause: what the database said. */
  public static String rootMessage(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
