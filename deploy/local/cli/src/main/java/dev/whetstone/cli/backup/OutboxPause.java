package dev.whetstone.cli.backup;

import dev.whetstone.client.RemedyException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * While it is open, no service sends a message of its outbox or records one. Every message that a
 * service has recorded is then either a row of its outbox or in Kafka, so that the databases and
 * the ends of the topics belong together. Services wait for the locks; nothing fails.
 */
final class OutboxPause implements AutoCloseable {
  /** Shorter than the services' own limit, since they wait behind this one. */
  private static final String LOCK_TIMEOUT = "set local lock_timeout = '5s'";

  private static final String LOCK = "lock table outbox in exclusive mode";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final int ATTEMPTS = 20;

  private final List<Connection> held;

  private OutboxPause(List<Connection> held) {
    this.held = held;
  }

  /**
   * Takes the lock in each database that has an outbox.
   *
   * @throws RemedyException when a transaction keeps one of them in every attempt
   */
  static OutboxPause take(StackPostgres postgres) {
    for (int attempt = 1; ; attempt++) {
      List<Connection> held = new ArrayList<>();
      try {
        for (String database : StackPostgres.DATABASES) {
          if (postgres.hasTable(database, "outbox")) {
            held.add(postgres.connect(database));
            lock(held.getLast());
          }
        }
        return new OutboxPause(held);
      } catch (SQLException e) {
        release(held);
        if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || attempt == ATTEMPTS) {
          throw new RemedyException(
              "the outboxes cannot be locked for the backup: " + e.getMessage(),
              "look for a long transaction in PostgreSQL (pg_stat_activity), and try again",
              e);
        }
      }
    }
  }

  private static void lock(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute(LOCK_TIMEOUT);
      statement.execute(LOCK);
    }
  }

  @Override
  public void close() {
    release(held);
  }

  /** Closing a connection ends its transaction, which only locks. */
  private static void release(List<Connection> connections) {
    for (Connection connection : connections) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new RemedyException(
            "a connection of the backup cannot be closed: " + e.getMessage(),
            "look for its session in PostgreSQL (pg_stat_activity)",
            e);
      }
    }
  }
}
