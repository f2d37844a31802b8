package dev.whetstone.cli.recovery;

import dev.whetstone.client.RemedyException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;

/** The database of a service, after it was restored from a backup. */
public final class ServiceDatabase {
  private static final int EPOCH_BYTES = 6;
  private final String url;
  private final String user;
  private final String password;

  public ServiceDatabase(String url, String user, String password) {
    this.url = url;
    this.user = user;
    this.password = password;
  }

  /**
   * Begins a new epoch, so that ids of events that are derived from numbers of this database differ
   * from those that were published before the restore.
   *
   * @param published numbers that must not be given out again; only eval's database keeps them
   * @return the epoch
   */
  public String beginEpoch(Map<String, PublishedNumbers.Numbers> published) {
    byte[] random = new byte[EPOCH_BYTES];
    new SecureRandom().nextBytes(random);
    String epoch = HexFormat.of().formatHex(random);
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      connection.setAutoCommit(false);
      try (var statement =
          connection.prepareStatement(
              "update database_epoch set epoch = ?, begun_at = now(), announced = false")) {
        statement.setString(1, epoch);
        if (statement.executeUpdate() != 1) {
          throw new SQLException("table database_epoch is empty");
        }
      }
      keep(connection, published);
      connection.commit();
    } catch (SQLException e) {
      throw new RemedyException(
          "the database at " + url + " has no new epoch: " + e.getMessage(),
          "restore the database first, with the schema of this version or an older one that the"
              + " service has migrated");
    }
    return epoch;
  }

  private static void keep(Connection connection, Map<String, PublishedNumbers.Numbers> published)
      throws SQLException {
    if (published.isEmpty()) {
      return;
    }
    try (var statement =
        connection.prepareStatement(
            """
            insert into number_floor as f (tenant, loop, revision, generation) values (?, ?, ?, ?)
            on conflict (tenant, loop) do update set revision = greatest(f.revision, excluded.revision),
              generation = greatest(f.generation, excluded.generation)
            """)) {
      for (var loop : published.entrySet()) {
        String[] name = loop.getKey().split("/", 2);
        statement.setString(1, name[0]);
        statement.setString(2, name[1]);
        statement.setLong(3, loop.getValue().revision());
        statement.setLong(4, loop.getValue().generation());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}
