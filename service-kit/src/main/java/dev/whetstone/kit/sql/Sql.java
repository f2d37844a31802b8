package dev.whetstone.kit.sql;

import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.TransactionSynchronizationRegistry;
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
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Statements with positional arguments, run in the caller's transaction. For what entities do
 * slowly or not at all: upserts, {@code SKIP LOCKED}, updates from joins, thousands of rows.
 * Instants are bound as {@code timestamptz}, collections and arrays of strings as {@code text[]}.
 * Every failure of the database is a {@link DatabaseException}.
 *
 * <p>A statement that writes or locks is refused outside a transaction with an {@link
 * IllegalStateException}: it would commit by itself, apart from the work that it belongs to, and a
 * lock would end with the statement. Reads need no transaction.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class Sql {
  /** Also finds writes in common table expressions, and locks that end with the transaction. */
  private static final Pattern WRITES_OR_LOCKS =
      Pattern.compile(
          "^\\s*(update|insert|delete|merge|truncate|create|alter|drop)\\b"
              + "|\\b(insert\\s+into|delete\\s+from|merge\\s+into)\\b"
              + "|\\(\\s*update\\s"
              + "|\\bfor\\s+(no\\s+key\\s+)?update\\b|\\bfor\\s+(key\\s+)?share\\b"
              + "|\\bpg_(try_)?advisory_xact_lock",
          Pattern.CASE_INSENSITIVE);

  private final DataSource dataSource;
  private final TransactionSynchronizationRegistry transactions;

  public Sql(DataSource dataSource, TransactionSynchronizationRegistry transactions) {
    this.dataSource = dataSource;
    this.transactions = transactions;
  }

  /** Turns the current row into a value. */
  @FunctionalInterface
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /**
   * All rows of a query, or of a statement that returns rows.
   *
   * @throws IllegalStateException when the statement writes or locks outside a transaction
   */
  public <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... arguments) {
    if (WRITES_OR_LOCKS.matcher(sql).find()) {
      requireTransaction(sql);
    }
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
      throw new DatabaseException(failure("cannot read", sql, e), e);
    }
  }

  /** Takes one row of a scan; false ends the scan. */
  @FunctionalInterface
  public interface RowVisitor {
    boolean visit(ResultSet row) throws SQLException;
  }

  /**
   * Passes on the rows of a query one by one, through a cursor: at most {@code fetchSize} rows are
   * in memory at a time. Needs a transaction, because PostgreSQL sends the whole result without
   * one.
   *
   * @throws IllegalStateException outside a transaction
   */
  public void scan(String sql, int fetchSize, RowVisitor visitor, @Nullable Object... arguments) {
    RequiredTransaction.check(
        transactions, "the statement '%s' reads through a cursor".formatted(firstLine(sql)));
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(connection, statement, arguments);
      statement.setFetchSize(fetchSize);
      try (ResultSet row = statement.executeQuery()) {
        boolean more = true;
        while (more && row.next()) {
          more = visitor.visit(row);
        }
      }
    } catch (SQLException e) {
      throw new DatabaseException(failure("cannot read", sql, e), e);
    }
  }

  /** The first row, if any. */
  public <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... arguments) {
    return query(sql, reader, arguments).stream().findFirst();
  }

  /**
   * Runs a writing statement in the caller's transaction.
   *
   * @return how many rows it changed
   * @throws IllegalStateException outside a transaction
   */
  public int update(String sql, @Nullable Object... arguments) {
    requireTransaction(sql);
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(connection, statement, arguments);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new DatabaseException(failure("cannot write", sql, e), e);
    }
  }

  /**
   * Runs a writing statement in a transaction of its own, apart from the caller's: for a change
   * that stands alone, such as a lease.
   *
   * @return how many rows it changed
   */
  public int updateInNewTransaction(String sql, @Nullable Object... arguments) {
    return QuarkusTransaction.requiringNew().call(() -> update(sql, arguments));
  }

  /**
   * Runs the same writing statement once for each list of arguments, in one round trip.
   *
   * @throws IllegalStateException outside a transaction
   */
  public void updateAll(String sql, Collection<@Nullable Object[]> rows) {
    if (rows.isEmpty()) {
      return;
    }
    requireTransaction(sql);
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Object[] row : rows) {
        bind(connection, statement, row);
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (SQLException e) {
      throw new DatabaseException(failure("cannot write", sql, e), e);
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

  private void requireTransaction(String sql) {
    RequiredTransaction.check(
        transactions, "the statement '%s' writes or locks".formatted(firstLine(sql)));
  }

  private static String firstLine(String sql) {
    return sql.strip().lines().findFirst().orElse("");
  }

  private static String failure(String what, String sql, SQLException reason) {
    return what
        + ": "
        + firstLine(sql)
        + " ("
        + SqlFaultText.withoutValues(reason).getMessage()
        + ")";
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
