package dev.whetstone.kit.outbox;

import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.metrics.MetricNames;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Sends what the outbox holds. Per topic and key only the oldest row is ever in flight, and a row
 * is deleted after the broker acknowledged it: a crash between the two sends it again, which
 * consumers' inboxes absorb. A topic that does not take its rows rests for a while, so that the
 * others do not wait for it.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class OutboxRelay {
  private static final Logger LOG = Logger.getLogger(OutboxRelay.class);
  private static final int CHUNK = 200;

  /** How long a topic is left alone after it took a row not. */
  private static final Duration REST = Duration.ofSeconds(5);

  /** How long a topic without a leader may hold up a send. */
  private static final Duration BLOCK_AT_MOST = Duration.ofSeconds(5);

  private static final Duration DELIVER_WITHIN = Duration.ofSeconds(20);

  /**
   * How long a pass sends. With the last send's block and the deliveries it stays below {@link
   * #TRANSACTION}; else the deletes of what was acknowledged would be rolled back.
   */
  private static final Duration SEND_FOR = Duration.ofSeconds(15);

  private static final Duration TRANSACTION = Duration.ofSeconds(60);

  private static final String OLDEST =
      """
      select o.topic, o.message_key, o.seq, o.headers, o.payload from outbox o
      where not exists (select 1 from outbox earlier where earlier.topic = o.topic
        and earlier.message_key = o.message_key and earlier.seq < o.seq)
        and o.topic <> all (?)
      order by o.created_at limit %d for update of o skip locked
      """
          .formatted(CHUNK);

  private final DataSource dataSource;
  private final MeterRegistry metrics;
  private final String bootstrapServers;
  private final AtomicBoolean wakeRequested = new AtomicBoolean();

  /** Topics, with the nano time until which they rest. */
  private final Map<String, Long> resting = new ConcurrentHashMap<>();

  private KafkaProducer<String, byte[]> producer;

  public OutboxRelay(
      DataSource dataSource,
      MeterRegistry metrics,
      @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers) {
    this.dataSource = dataSource;
    this.metrics = metrics;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Sends soon, on a thread of its own; called when a transaction that spoke has committed. The
   * schedule alone would do, only later.
   */
  public void wake() {
    if (wakeRequested.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("outbox-relay")
          .start(
              () -> {
                wakeRequested.set(false);
                relay();
              });
    }
  }

  /** Sends until nothing is left or the broker does not acknowledge. */
  @Scheduled(
      every = "${whetstone.outbox.every:1s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  public void relay() {
    try {
      while (QuarkusTransaction.requiringNew()
              .timeout((int) TRANSACTION.toSeconds())
              .call(this::sendOldest)
          > 0) {
        LOG.trace("relayed a chunk");
      }
    } catch (RuntimeException e) {
      LOG.warnf("outbox-relay-failed reason=%s", e.getMessage());
    }
  }

  private record Row(String topic, String key, long seq, Future<RecordMetadata> acknowledged) {}

  private int sendOldest() {
    try (Connection connection = dataSource.getConnection()) {
      List<Row> rows = send(connection);
      int acknowledged = 0;
      for (Row row : rows) {
        if (isAcknowledged(row)) {
          delete(connection, row);
          acknowledged++;
        }
      }
      metrics.counter(MetricNames.OUTBOX_SENT).increment(acknowledged);
      return acknowledged;
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the outbox: " + e.getMessage(), e);
    }
  }

  private List<Row> send(Connection connection) throws SQLException {
    List<Row> rows = new ArrayList<>();
    long start = System.nanoTime();
    resting.values().removeIf(until -> until - start <= 0);
    try (var statement = connection.prepareStatement(OLDEST)) {
      statement.setArray(
          1, connection.createArrayOf("text", resting.keySet().toArray(String[]::new)));
      try (var result = statement.executeQuery()) {
        while (result.next() && System.nanoTime() - start < SEND_FOR.toNanos()) {
          // It may have failed for a row before this one.
          if (!resting.containsKey(result.getString(1))) {
            Row row = send(result);
            if (row.acknowledged().state() == Future.State.FAILED) {
              failed(row, row.acknowledged().exceptionNow());
            } else {
              rows.add(row);
            }
          }
        }
      }
    }
    return rows;
  }

  private Row send(ResultSet result) throws SQLException {
    String topic = result.getString(1);
    String key = result.getString(2);
    ProducerRecord<String, byte[]> message = new ProducerRecord<>(topic, key, result.getBytes(5));
    Map<?, ?> headers = Json.read(result.getString(4).getBytes(StandardCharsets.UTF_8), Map.class);
    headers.forEach(
        (name, value) ->
            message
                .headers()
                .add(String.valueOf(name), String.valueOf(value).getBytes(StandardCharsets.UTF_8)));
    return new Row(topic, key, result.getLong(3), producer().send(message));
  }

  /** A row that Kafka will never take holds up its own key only; people must look at it. */
  private void failed(Row row, Throwable reason) {
    boolean ofTheRow =
        reason instanceof RecordTooLargeException || reason instanceof RecordBatchTooLargeException;
    LOG.warnf(
        "not-acknowledged topic=%s seq=%d reason=%s%s",
        row.topic(),
        row.seq(),
        reason.getMessage(),
        ofTheRow ? "; it holds up its key until people shorten or delete it" : "");
    if (!ofTheRow) {
      resting.put(row.topic(), System.nanoTime() + REST.toNanos());
    }
  }

  private boolean isAcknowledged(Row row) {
    try {
      row.acknowledged().get(30, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      failed(row, e.getCause() == null ? e : e.getCause());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void delete(Connection connection, Row row) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "delete from outbox where topic = ? and message_key = ? and seq = ?")) {
      statement.setString(1, row.topic());
      statement.setString(2, row.key());
      statement.setLong(3, row.seq());
      statement.executeUpdate();
    }
  }

  private synchronized KafkaProducer<String, byte[]> producer() {
    if (producer == null) {
      producer =
          new KafkaProducer<>(
              Map.of(
                  ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                  bootstrapServers,
                  ProducerConfig.ACKS_CONFIG,
                  "all",
                  ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                  true,
                  ProducerConfig.LINGER_MS_CONFIG,
                  5,
                  ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                  (int) DELIVER_WITHIN.toMillis(),
                  ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                  10_000,
                  ProducerConfig.MAX_BLOCK_MS_CONFIG,
                  (int) BLOCK_AT_MOST.toMillis()),
              new StringSerializer(),
              new ByteArraySerializer());
    }
    return producer;
  }

  @PreDestroy
  synchronized void close() {
    if (producer != null) {
      producer.close(Duration.ofSeconds(5));
    }
  }
}
