package dev.whetstone.kit.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Topics, and keys of topics, that are paused because Kafka did not take their messages, so that
 * the others do not wait for them.
 */
final class SendBackoff {
  /** A topic without a leader usually has one again soon. */
  private static final Duration TOPIC = Duration.ofSeconds(5);

  /** A row that is too large stays so until an operator changes it; there may be many. */
  private static final Duration KEY = Duration.ofMinutes(5);

  private record Key(String topic, String key) {}

  /** With the {@link System#nanoTime} at which each pause ends. */
  private final Map<String, Long> topics = new ConcurrentHashMap<>();

  private final Map<Key, Long> keys = new ConcurrentHashMap<>();

  void pause(String topic) {
    topics.put(topic, System.nanoTime() + TOPIC.toNanos());
  }

  void pause(String topic, String key) {
    keys.put(new Key(topic, key), System.nanoTime() + KEY.toNanos());
  }

  boolean isPaused(String topic) {
    return topics.containsKey(topic);
  }

  void removeExpired() {
    long now = System.nanoTime();
    topics.values().removeIf(until -> until - now <= 0);
    keys.values().removeIf(until -> until - now <= 0);
  }

  /** Sets the first three arguments: the paused topics, and topic and name of each paused key. */
  void bind(Connection connection, PreparedStatement statement) throws SQLException {
    List<Key> all = List.copyOf(keys.keySet());
    statement.setArray(1, texts(connection, topics.keySet().toArray(String[]::new)));
    statement.setArray(2, texts(connection, all.stream().map(Key::topic).toArray(String[]::new)));
    statement.setArray(3, texts(connection, all.stream().map(Key::key).toArray(String[]::new)));
  }

  private static java.sql.Array texts(Connection connection, String[] values) throws SQLException {
    return connection.createArrayOf("text", values);
  }
}
