package dev.whetstone.curation.intake;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/** Tells faults of the database that pass from those that the same work will always have. */
public final class Retry {
  private static final Logger LOG = Logger.getLogger(Retry.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /**
   * Classes of SQL states: connection lost, transaction rolled back by another, resources short,
   * object in use, shutdown.
   */
  private static final Set<String> PASSING = Set.of("08", "40", "53", "55", "57");

  private Retry() {}

  /** Whether the same work may succeed later. */
  public static boolean passes(Throwable fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql.getSQLState() == null || PASSING.contains(sql.getSQLState().substring(0, 2));
      }
      if (cause.getCause() == null
          && (cause instanceof RollbackException || cause instanceof SystemException)) {
        return true;
      }
    }
    return false;
  }

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
        if (!passes(e) || Thread.currentThread().isInterrupted()) {
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
