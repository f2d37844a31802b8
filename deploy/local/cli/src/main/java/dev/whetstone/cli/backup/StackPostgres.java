package dev.whetstone.cli.backup;

import dev.whetstone.cli.stack.StackOptions;
import dev.whetstone.embedded.EmbeddedPostgres;
import dev.whetstone.embedded.InfrastructureMain;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * The PostgreSQL server of the stack.
 *
 * @param data its data directory
 */
record StackPostgres(int port, Path data) {
  /** The databases of the services. */
  static final List<String> DATABASES = List.of("curation", "training", "eval");

  private static final int CONNECT_SECONDS = 10;

  /** Longer than a checkpoint takes. */
  private static final int ANSWER_SECONDS = 300;

  static StackPostgres of(StackOptions options) {
    return new StackPostgres(
        options.ports().postgres(), InfrastructureMain.postgresData(options.home().data()));
  }

  String url(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?connectTimeout=%d&socketTimeout=%d"
        .formatted(port, database, CONNECT_SECONDS, ANSWER_SECONDS);
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        url(database), EmbeddedPostgres.USER, EmbeddedPostgres.PASSWORD);
  }

  /** Whether a database has a table: a service that never started has made none. */
  boolean hasTable(String database, String table) throws SQLException {
    try (Connection connection = connect(database);
        var statement = connection.prepareStatement("select to_regclass(?) is not null")) {
      statement.setString(1, table);
      try (var row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }
}
