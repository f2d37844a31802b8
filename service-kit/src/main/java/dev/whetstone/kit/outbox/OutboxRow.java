package dev.whetstone.kit.outbox;

import dev.whetstone.kit.event.DeadLetter;
import dev.whetstone.kit.json.Json;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A message that waits to be sent.
 *
 * @param bare whether it has headers only, no payload
 */
record OutboxRow(String topic, String key, long seq, Map<String, String> headers, boolean bare) {
  private static final int CHUNK = 200;

  /** The oldest row of each key that is not paused; see {@link SendBackoff#bind}. */
  static final String OLDEST =
      """
      select o.topic, o.message_key, o.seq, o.headers, o.payload from outbox o
      where not exists (select 1 from outbox earlier where earlier.topic = o.topic
        and earlier.message_key = o.message_key and earlier.seq < o.seq)
        and o.topic <> all (?)
        and (o.topic, o.message_key) not in (select * from unnest(?::text[], ?::text[]))
      order by o.created_at limit %d for update of o skip locked
      """
          .formatted(CHUNK);

  private static final String THIS = " where topic = ? and message_key = ? and seq = ?";

  static OutboxRow of(ResultSet result) throws SQLException {
    Map<String, String> headers = new LinkedHashMap<>();
    Json.read(result.getString(4), Map.class)
        .forEach((name, value) -> headers.put(String.valueOf(name), String.valueOf(value)));
    boolean bare = payload(result).length == 0;
    return new OutboxRow(
        result.getString(1), result.getString(2), result.getLong(3), headers, bare);
  }

  /** Not part of the row object, which stays in memory until the message is acknowledged. */
  static byte[] payload(ResultSet result) throws SQLException {
    return result.getBytes(5);
  }

  ProducerRecord<String, byte[]> message(byte[] payload) {
    ProducerRecord<String, byte[]> message = new ProducerRecord<>(topic, key, payload);
    headers.forEach(
        (name, value) -> message.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    return message;
  }

  void delete(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement("delete from outbox" + THIS)) {
      execute(statement, 1);
    }
  }

  /** Cuts a dead letter to the headers that tell its reason and its origin. */
  void shorten(Connection connection) throws SQLException {
    String update = "update outbox set payload = '', headers = ?::jsonb" + THIS;
    try (var statement = connection.prepareStatement(update)) {
      byte[] bareHeaders = Json.write(DeadLetter.bareHeaders(headers));
      statement.setString(1, new String(bareHeaders, StandardCharsets.UTF_8));
      execute(statement, 2);
    }
  }

  private void execute(PreparedStatement statement, int first) throws SQLException {
    statement.setString(first, topic);
    statement.setString(first + 1, key);
    statement.setLong(first + 2, seq);
    statement.executeUpdate();
  }
}
