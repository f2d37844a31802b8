package dev.whetstone.kit.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Topics, and keys of topics, that are left alone for a while because Kafka did not take what they
 * had: the others do not wait for them.
 */
final class SendBackoff {
  /** A topic without a leader has one again soon. */
  private static final Duration TOPIC = Duration.ofSeconds(5);

  /** A row that is too large stays so until people do something; there may be many. */
  private static final Duration KEY = Duration.ofMinutes(5);

  private record Key(String topic, String key) {}

  /** With the nano time until which they rest. */
  private final Map<String, Long> topics = new ConcurrentHashMap<>();

  private final Map<Key, Long> keys = new ConcurrentHashMap<>();

  void rest(String topic) {
    topics.put(topic, System.nanoTime() + TOPIC.toNanos());
  }

  void rest(String topic, String key) {
    keys.put(new Key(topic, key), System.nanoTime() + KEY.toNanos());
  }

  boolean rests(String topic) {
    return topics.containsKey(topic);
  }

  void endWhatIsOver() {
    long now = System.nanoTime();
    topics.values().removeIf(until -> until - now <= 0);
    keys.values().removeIf(until -> until - now <= 0);
  }

  /** Sets the first three arguments: the topics, and the keys' topics and names side by side. */
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
