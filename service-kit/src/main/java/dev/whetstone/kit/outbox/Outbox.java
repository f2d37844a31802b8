package dev.whetstone.kit.outbox;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.event.DeadLetter;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.DatabaseException;
import dev.whetstone.kit.sql.RequiredTransaction;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Messages that are sent if and only if the caller's transaction commits. Within a topic and key
 * they are sent in the order in which their transactions committed: the sequence number comes from
 * a row that the transaction keeps locked.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class Outbox {
  private static final String NEXT_SEQUENCE =
      """
      insert into outbox_sequence (topic, message_key, last_seq) values (?, ?, 1)
      on conflict (topic, message_key) do update set last_seq = outbox_sequence.last_seq + 1
      returning last_seq
      """;
  private static final String INSERT =
      """
      insert into outbox (topic, message_key, seq, headers, payload) values (?, ?, ?, ?::jsonb, ?)
      """;

  /** The key is in the primary key, whose index takes rows of at most 2,700 bytes. */
  private static final int MOST_KEY_CHARACTERS = 600;

  private final DataSource dataSource;
  private final OutboxRelay relay;
  private final TransactionSynchronizationRegistry transactions;

  public Outbox(
      DataSource dataSource, OutboxRelay relay, TransactionSynchronizationRegistry transactions) {
    this.dataSource = dataSource;
    this.relay = relay;
    this.transactions = transactions;
  }

  /**
   * Queues an event for its type's topic.
   *
   * @throws IllegalStateException outside a transaction
   */
  public void add(Event<?> event) {
    insert(
        event.attributes().type().topic(),
        event.attributes().partitionKey(),
        CloudEvents.headers(event.attributes()),
        Json.write(event.data()));
  }

  /**
   * Queues a record for the dead-letter topic of its own topic, with the error and the origin in
   * headers. Any record can be written: characters that PostgreSQL cannot store are left out of its
   * key and headers.
   *
   * @param code stable, from a bounded set
   */
  public void addDeadLetter(ConsumerRecord<String, byte[]> received, String code, String detail) {
    // Measure what is sent: a byte that is not UTF-8 becomes a character of three bytes.
    ProducerRecord<String, byte[]> letter =
        DeadLetter.of(withStorableHeaders(received), code, detail, null);
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : letter.headers()) {
      headers.put(header.key(), storable(new String(header.value(), StandardCharsets.UTF_8)));
    }
    String key = letter.key() == null ? "" : storable(letter.key());
    if (key.length() > MOST_KEY_CHARACTERS) {
      key = storable(key.substring(0, MOST_KEY_CHARACTERS));
    }
    insert(letter.topic(), key, headers, letter.value() == null ? new byte[0] : letter.value());
  }

  private static ConsumerRecord<String, byte[]> withStorableHeaders(
      ConsumerRecord<String, byte[]> received) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : received.headers()) {
      if (header.value() != null) {
        String value = storable(new String(header.value(), StandardCharsets.UTF_8));
        headers.add(storable(header.key()), value.getBytes(StandardCharsets.UTF_8));
      }
    }
    return new ConsumerRecord<>(
        received.topic(),
        received.partition(),
        received.offset(),
        received.timestamp(),
        received.timestampType(),
        received.serializedKeySize(),
        received.serializedValueSize(),
        received.key(),
        received.value(),
        headers,
        received.leaderEpoch());
  }

  /** Removes U+0000, which a text column refuses, and lone surrogates, which UTF-8 lacks. */
  private static String storable(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
        .replace("\0", "");
  }

  private void insert(String topic, String key, Map<String, String> headers, byte[] payload) {
    RequiredTransaction.check(transactions, "a message for %s is queued".formatted(topic));
    try (Connection connection = dataSource.getConnection()) {
      long sequence;
      try (var statement = connection.prepareStatement(NEXT_SEQUENCE)) {
        statement.setString(1, topic);
        statement.setString(2, key);
        try (var row = statement.executeQuery()) {
          row.next();
          sequence = row.getLong(1);
        }
      }
      try (var statement = connection.prepareStatement(INSERT)) {
        statement.setString(1, topic);
        statement.setString(2, key);
        statement.setLong(3, sequence);
        statement.setString(4, Json.text(headers));
        statement.setBytes(5, payload);
        statement.executeUpdate();
      }
      wakeRelayAfterCommit();
    } catch (SQLException e) {
      throw new DatabaseException("cannot queue a message for " + topic, e);
    }
  }

  private void wakeRelayAfterCommit() {
    if (transactions.getResource(Outbox.class) != null) {
      return;
    }
    transactions.putResource(Outbox.class, Boolean.TRUE);
    transactions.registerInterposedSynchronization(
        new Synchronization() {
          @Override
          public void beforeCompletion() {
            // The relay sends only what is committed.
          }

          @Override
          public void afterCompletion(int status) {
            if (status == Status.STATUS_COMMITTED) {
              relay.wake();
            }
          }
        });
  }
}
