package dev.whetstone.kit.outbox;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.work.RepeatedFailureLog;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/**
 * Sends the messages of the outbox. Per topic and key only the oldest row is in flight, and a row
 * is deleted after the broker acknowledged it: a crash between the two sends it again, and the
 * consumers' inboxes drop the duplicate. A topic that does not take its messages is paused, so that
 * the others do not wait for it.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class OutboxRelay {
  private static final Logger LOG = Logger.getLogger(OutboxRelay.class);

  /** How long a send may wait for a topic without a leader. */
  private static final Duration BLOCK_AT_MOST = Duration.ofSeconds(5);

  private static final Duration DELIVER_WITHIN = Duration.ofSeconds(20);

  /**
   * How long a pass sends. Together with the last send's wait and the delivery time it must stay
   * below {@link #TRANSACTION}; otherwise the deletes of acknowledged rows would be rolled back.
   */
  private static final Duration SEND_FOR = Duration.ofSeconds(15);

  private static final Duration TRANSACTION = Duration.ofSeconds(60);

  private final DataSource dataSource;
  private final MeterRegistrar meters;
  private final Map<String, Object> broker;
  private final AtomicBoolean wakeRequested = new AtomicBoolean();

  private final RepeatedFailureLog failures =
      new RepeatedFailureLog(LOG, "outbox-relay", RepeatedFailureLog::message);
  private final SendBackoff paused = new SendBackoff();
  private KafkaProducer<String, byte[]> producer;

  public OutboxRelay(
      DataSource dataSource,
      MeterRegistrar meters,
      @Identifier("default-kafka-broker") Map<String, Object> broker) {
    this.dataSource = dataSource;
    this.meters = meters;
    this.broker = broker;
  }

  /**
   * Starts a pass on a thread of its own; called after the commit of a transaction with messages.
   * Without it the schedule sends them, only later.
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

  /** Sends until no message is left or the broker does not acknowledge. */
  @Scheduled(
      every = "${whetstone.outbox.every:1s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  public void relay() {
    try {
      while (QuarkusTransaction.requiringNew()
              .timeout((int) TRANSACTION.toSeconds())
              .call(this::sendOldest)
          > 0) {
        LOG.trace("outbox-chunk-sent");
      }
      failures.succeeded("outbox");
    } catch (RuntimeException e) {
      failures.failed("outbox", e);
    }
  }

  private record Sent(OutboxRow row, Future<RecordMetadata> acknowledged) {}

  private int sendOldest() {
    try (Connection connection = dataSource.getConnection()) {
      int acknowledged = 0;
      for (Sent sent : send(connection)) {
        if (isAcknowledged(connection, sent)) {
          sent.row().delete(connection);
          acknowledged++;
        }
      }
      meters.counter(KitMeter.OUTBOX_SENT).increment(acknowledged);
      return acknowledged;
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the outbox: " + e.getMessage(), e);
    }
  }

  private List<Sent> send(Connection connection) throws SQLException {
    List<Sent> all = new ArrayList<>();
    long start = System.nanoTime();
    paused.removeExpired();
    try (var statement = connection.prepareStatement(OutboxRow.OLDEST)) {
      paused.bind(connection, statement);
      try (var result = statement.executeQuery()) {
        while (result.next() && System.nanoTime() - start < SEND_FOR.toNanos()) {
          // A row of the same topic may have failed earlier in this pass.
          if (!paused.isPaused(result.getString(1))) {
            OutboxRow row = OutboxRow.of(result);
            Sent sent = new Sent(row, producer().send(row.message(OutboxRow.payload(result))));
            if (sent.acknowledged().state() == Future.State.FAILED) {
              failed(connection, row, sent.acknowledged().exceptionNow());
            } else {
              all.add(sent);
            }
          }
        }
      }
    }
    return all;
  }

  /** A row that Kafka will never take blocks only its own key, until an operator changes it. */
  private void failed(Connection connection, OutboxRow row, Throwable reason) throws SQLException {
    String consequence = "";
    if (!isTooLarge(reason)) {
      paused.pause(row.topic());
    } else if (TopicNames.isDeadLetters(row.topic()) && !row.bare()) {
      row.shorten(connection);
      consequence =
          "; the dead letter was cut to its headers, the record is at its original offset";
    } else {
      paused.pause(row.topic(), row.key());
      consequence = "; it blocks its key: shorten or delete the row in the table outbox";
    }
    LOG.warnf(
        "not-acknowledged topic=%s seq=%d reason=%s%s",
        row.topic(), row.seq(), reason.getMessage(), consequence);
  }

  private static boolean isTooLarge(Throwable reason) {
    return reason instanceof RecordTooLargeException
        || reason instanceof RecordBatchTooLargeException;
  }

  private boolean isAcknowledged(Connection connection, Sent sent) throws SQLException {
    try {
      sent.acknowledged().get(30, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      failed(connection, sent.row(), e.getCause() == null ? e : e.getCause());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized KafkaProducer<String, byte[]> producer() {
    if (producer == null) {
      producer =
          new KafkaProducer<>(
              producerSettings(broker), new StringSerializer(), new ByteArraySerializer());
    }
    return producer;
  }

  /** The broker's address and security are those of the consumers. */
  static Map<String, Object> producerSettings(Map<String, Object> broker) {
    Map<String, Object> settings = new HashMap<>(broker);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVER_WITHIN.toMillis());
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) BLOCK_AT_MOST.toMillis());
    return settings;
  }

  @PreDestroy
  synchronized void close() {
    if (producer != null) {
      producer.close(Duration.ofSeconds(5));
    }
  }
}
