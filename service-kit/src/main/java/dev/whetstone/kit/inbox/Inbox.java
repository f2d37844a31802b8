package dev.whetstone.kit.inbox;

import dev.whetstone.kit.sql.DatabaseException;
import dev.whetstone.kit.sql.RequiredTransaction;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/** The keys of all events that took effect, unique by the table's primary key. */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class Inbox {
  private static final String INSERT =
      """
      insert into inbox (event_key, body_sha256)
      select k, b from unnest(?::text[], ?::text[]) as t(k, b) order by k
      on conflict do nothing returning event_key
      """;
  private static final String SEEN =
      "select event_key, body_sha256 from inbox where event_key = any(?::text[])";
  private final DataSource dataSource;
  private final TransactionSynchronizationRegistry transactions;

  public Inbox(DataSource dataSource, TransactionSynchronizationRegistry transactions) {
    this.dataSource = dataSource;
    this.transactions = transactions;
  }

  /**
   * Records the keys in the caller's transaction and returns the outcome of each, in order. A key
   * that is twice in the list is fresh once. Waits for another transaction that holds the same key.
   *
   * @throws IllegalStateException outside a transaction
   */
  public List<InboxOutcome> admit(List<InboxKey> keys) {
    RequiredTransaction.check(transactions, "events are recorded in the inbox");
    Map<String, String> bodies = new HashMap<>();
    for (InboxKey key : keys) {
      bodies.putIfAbsent(key.key().text(), key.bodySha256());
    }
    try (Connection connection = dataSource.getConnection()) {
      Set<String> inserted = insert(connection, bodies);
      Map<String, String> seen = seen(connection, bodies.keySet());
      List<InboxOutcome> outcomes = new ArrayList<>(keys.size());
      for (InboxKey key : keys) {
        String text = key.key().text();
        if (!seen.get(text).equals(key.bodySha256())) {
          outcomes.add(InboxOutcome.CONFLICT);
        } else {
          outcomes.add(inserted.remove(text) ? InboxOutcome.FRESH : InboxOutcome.SAME);
        }
      }
      return outcomes;
    } catch (SQLException e) {
      throw new DatabaseException("cannot record events in the inbox", e);
    }
  }

  private static Set<String> insert(Connection connection, Map<String, String> bodies)
      throws SQLException {
    Set<String> inserted = new HashSet<>();
    String[] keys = bodies.keySet().toArray(String[]::new);
    String[] digests = java.util.Arrays.stream(keys).map(bodies::get).toArray(String[]::new);
    try (var statement = connection.prepareStatement(INSERT)) {
      statement.setArray(1, connection.createArrayOf("text", keys));
      statement.setArray(2, connection.createArrayOf("text", digests));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          inserted.add(rows.getString(1));
        }
      }
    }
    return inserted;
  }

  private static Map<String, String> seen(Connection connection, Set<String> keys)
      throws SQLException {
    Map<String, String> seen = new HashMap<>();
    try (var statement = connection.prepareStatement(SEEN)) {
      statement.setArray(1, connection.createArrayOf("text", keys.toArray(String[]::new)));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          seen.put(rows.getString(1), rows.getString(2));
        }
      }
    }
    return seen;
  }
}
