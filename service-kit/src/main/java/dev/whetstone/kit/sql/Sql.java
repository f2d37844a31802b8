package dev.whetstone.kit.sql;

import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Statements with positional arguments, on the caller's transaction where there is one. For what
 * entities are slow or mute at: upserts, {@code SKIP LOCKED}, updates from joins, rows by the
 * thousand. Instants are bound as {@code timestamptz}, collections and arrays of strings as {@code
 * text[]}. Every failure is a {@link DatabaseException}.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class Sql {
  private final DataSource dataSource;

  public Sql(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Turns the current row into a value. */
  @FunctionalInterface
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** All rows of a query, or of a statement that returns rows. */
  public <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... arguments) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(connection, statement, arguments);
      try (ResultSet row = statement.executeQuery()) {
        List<T> values = new ArrayList<>();
        while (row.next()) {
          values.add(reader.read(row));
        }
        return values;
      }
    } catch (SQLException e) {
      throw new DatabaseException(trouble("cannot read", sql, e), e);
    }
  }

  /** The first row, if any. */
  public <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... arguments) {
    return query(sql, reader, arguments).stream().findFirst();
  }

  /** Answers how many rows the statement changed. */
  public int update(String sql, @Nullable Object... arguments) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(connection, statement, arguments);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new DatabaseException(trouble("cannot write", sql, e), e);
    }
  }

  /** Runs the same statement once for each list of arguments, in one round trip. */
  public void updateAll(String sql, Collection<@Nullable Object[]> rows) {
    if (rows.isEmpty()) {
      return;
    }
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Object[] row : rows) {
        bind(connection, statement, row);
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (SQLException e) {
      throw new DatabaseException(trouble("cannot write", sql, e), e);
    }
  }

  /** A {@code timestamptz} column, null where the column is. */
  public static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  /** A {@code text[]} column. */
  public static List<String> texts(ResultSet row, String column) throws SQLException {
    return List.of((String[]) row.getArray(column).getArray());
  }

  /** Names the statement by its first line, and what the database said. */
  private static String trouble(String what, String sql, SQLException reason) {
    String firstLine = sql.strip().lines().findFirst().orElse("");
    return what + ": " + firstLine + " (" + reason.getMessage() + ")";
  }

  private static void bind(
      Connection connection, PreparedStatement statement, @Nullable Object[] arguments)
      throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case Instant instant -> statement.setObject(i + 1, instant.atOffset(ZoneOffset.UTC));
        case String[] texts -> statement.setArray(i + 1, connection.createArrayOf("text", texts));
        case Collection<?> texts ->
            statement.setArray(
                i + 1,
                connection.createArrayOf("text", texts.stream().map(String::valueOf).toArray()));
        case null, default -> statement.setObject(i + 1, arguments[i]);
      }
    }
  }
}
