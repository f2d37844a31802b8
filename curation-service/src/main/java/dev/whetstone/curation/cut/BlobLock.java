package dev.whetstone.curation.cut;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Keeps writing blobs and deleting blobs apart, in all instances: a blob that one cut plans and
 * another left behind must not be deleted between its writing and the row that refers to it. The
 * lock belongs to a database session, not to a transaction, so that none is open while objects are
 * written; it ends with the session when the process dies. The session must be the process's own: a
 * pooler between service and PostgreSQL has to work by session.
 */
@ApplicationScoped
class BlobLock {
  private static final Logger LOG = Logger.getLogger(BlobLock.class);
  private static final String KEY = "(hashtextextended('curation-blobs', 0))";
  private static final String LONGEST_WAIT = "10s";
  private static final String LOCK_TIMEOUT = "55P03";
  private final DataSource dataSource;

  BlobLock(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Writes blobs and records them; others may do so at the same time. */
  boolean whileWriting(BooleanSupplier work) {
    return hold("pg_advisory_lock_shared", "pg_advisory_unlock_shared", work);
  }

  /** Deletes blobs while no other instance writes or deletes any. */
  boolean whileDeleting(BooleanSupplier work) {
    return hold("pg_advisory_lock", "pg_advisory_unlock", work);
  }

  /**
   * @return what the work returns; false when the lock was not free within ten seconds and the work
   *     has to be tried again
   */
  private boolean hold(String lock, String unlock, BooleanSupplier work) {
    if (QuarkusTransaction.getStatus() != Status.STATUS_NO_TRANSACTION) {
      throw new IllegalStateException(
          "blobs are written and deleted outside of transactions; call this before one is begun");
    }
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      if (!lock(statement, lock)) {
        return false;
      }
      try {
        return work.getAsBoolean();
      } finally {
        statement.execute("select " + unlock + KEY);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the lock on blobs failed: " + e.getMessage(), e);
    }
  }

  private static boolean lock(Statement statement, String lock) throws SQLException {
    statement.execute("set lock_timeout = '" + LONGEST_WAIT + "'");
    try {
      statement.execute("select " + lock + KEY);
      return true;
    } catch (SQLException e) {
      if (LOCK_TIMEOUT.equals(e.getSQLState())) {
        LOG.infof("blob-lock-busy waited=%s, is tried again", LONGEST_WAIT);
        return false;
      }
      throw e;
    } finally {
      statement.execute("reset lock_timeout");
    }
  }
}
