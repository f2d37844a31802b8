package dev.whetstone.kit.inbox;

import dev.whetstone.kit.sql.DatabaseException;
import dev.whetstone.kit.sql.RequiredTransaction;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** The keys of all events that took effect, unique by the table's primary key. */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class Inbox {
  /** A row without topic, from before topics were recorded, stands for every topic. */
  private static final String INSERT =
      """
      insert into inbox (event_key, topic, body_sha256)
      select k, t, b from unnest(?::text[], ?::text[], ?::text[]) as n(k, t, b)
      where not exists (select 1 from inbox i where i.event_key = k and i.topic = '')
      order by k, t
      on conflict do nothing returning event_key, topic
      """;

  private static final String SEEN =
      """
      select event_key, topic, body_sha256 from inbox where event_key = any(?::text[])
      """;
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
    Map<Place, String> bodies = new HashMap<>();
    for (InboxKey key : keys) {
      bodies.putIfAbsent(Place.of(key), key.bodySha256());
    }
    try (Connection connection = dataSource.getConnection()) {
      Set<Place> inserted = insert(connection, bodies);
      Map<Place, String> seen = seen(connection, bodies.keySet());
      List<InboxOutcome> outcomes = new ArrayList<>(keys.size());
      for (InboxKey key : keys) {
        Place place = Place.of(key);
        String body = seen.getOrDefault(place, seen.get(place.anywhere()));
        if (!key.bodySha256().equals(body)) {
          outcomes.add(InboxOutcome.CONFLICT);
        } else {
          outcomes.add(inserted.remove(place) ? InboxOutcome.FRESH : InboxOutcome.SAME);
        }
      }
      return outcomes;
    } catch (SQLException e) {
      throw new DatabaseException("cannot record events in the inbox", e);
    }
  }

  /**
   * The primary key of a row.
   *
   * @param topic empty in rows from before topics were recorded
   */
  private record Place(String key, String topic) {
    static Place of(InboxKey key) {
      return new Place(key.key().text(), key.topic());
    }

    static Place read(ResultSet row) throws SQLException {
      return new Place(row.getString(1), row.getString(2));
    }

    Place anywhere() {
      return new Place(key, "");
    }
  }

  private static Set<Place> insert(Connection connection, Map<Place, String> bodies)
      throws SQLException {
    List<Place> places = List.copyOf(bodies.keySet());
    Set<Place> inserted = new HashSet<>();
    try (var statement = connection.prepareStatement(INSERT)) {
      statement.setArray(1, texts(connection, places.stream().map(Place::key)));
      statement.setArray(2, texts(connection, places.stream().map(Place::topic)));
      statement.setArray(3, texts(connection, places.stream().map(bodies::get)));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          inserted.add(Place.read(rows));
        }
      }
    }
    return inserted;
  }

  private static Map<Place, String> seen(Connection connection, Set<Place> places)
      throws SQLException {
    Map<Place, String> seen = new HashMap<>();
    try (var statement = connection.prepareStatement(SEEN)) {
      statement.setArray(1, texts(connection, places.stream().map(Place::key)));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          seen.put(Place.read(rows), rows.getString(3));
        }
      }
    }
    return seen;
  }

  private static Array texts(Connection connection, Stream<String> values) throws SQLException {
    return connection.createArrayOf("text", values.toArray(String[]::new));
  }
}
