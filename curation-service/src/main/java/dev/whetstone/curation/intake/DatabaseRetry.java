package dev.whetstone.curation.intake;

import dev.whetstone.kit.sql.DatabaseFaults;
import io.quarkus.narayana.jta.QuarkusTransaction;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/** Does work again while the database is the trouble. */
final class DatabaseRetry {
  private static final Logger LOG = Logger.getLogger(DatabaseRetry.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private DatabaseRetry() {}

  /**
   * Does the work in a transaction of its own, again and again while the database is the trouble.
   *
   * @throws RuntimeException what is wrong with the work itself, or the last fault when interrupted
   */
  static void untilDatabaseAnswers(Runnable work) {
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        QuarkusTransaction.requiringNew().run(work);
        return;
      } catch (RuntimeException e) {
        if (!DatabaseFaults.mayPass(e) || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warnf("database-trouble retry-in=%s reason=%s", pause, e.getMessage());
        LockSupport.parkNanos(pause.toNanos());
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
      }
    }
  }
}
