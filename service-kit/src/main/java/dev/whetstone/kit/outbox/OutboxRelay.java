package dev.whetstone.kit.outbox;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.kit.metrics.MetricNames;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
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

  /** How long a topic without a leader may hold up a send. */
  private static final Duration BLOCK_AT_MOST = Duration.ofSeconds(5);

  private static final Duration DELIVER_WITHIN = Duration.ofSeconds(20);

  /**
   * How long a pass sends. With the last send's block and the deliveries it stays below {@link
   * #TRANSACTION}; else the deletes of what was acknowledged would be rolled back.
   */
  private static final Duration SEND_FOR = Duration.ofSeconds(15);

  private static final Duration TRANSACTION = Duration.ofSeconds(60);

  private final DataSource dataSource;
  private final MeterRegistry metrics;
  private final String bootstrapServers;
  private final AtomicBoolean wakeRequested = new AtomicBoolean();

  private final SendBackoff resting = new SendBackoff();
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
      metrics.counter(MetricNames.OUTBOX_SENT).increment(acknowledged);
      return acknowledged;
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the outbox: " + e.getMessage(), e);
    }
  }

  private List<Sent> send(Connection connection) throws SQLException {
    List<Sent> all = new ArrayList<>();
    long start = System.nanoTime();
    resting.endWhatIsOver();
    try (var statement = connection.prepareStatement(OutboxRow.OLDEST)) {
      resting.bind(connection, statement);
      try (var result = statement.executeQuery()) {
        while (result.next() && System.nanoTime() - start < SEND_FOR.toNanos()) {
          // It may have failed for a row before this one.
          if (!resting.rests(result.getString(1))) {
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

  /** A row that Kafka will never take holds up its own key only; people must look at it. */
  private void failed(Connection connection, OutboxRow row, Throwable reason) throws SQLException {
    String consequence = "";
    if (!isTooLarge(reason)) {
      resting.rest(row.topic());
    } else if (TopicNames.isDeadLetters(row.topic()) && !row.bare()) {
      row.shorten(connection);
      consequence = "; it is cut to its headers, the record itself is at its origin";
    } else {
      resting.rest(row.topic(), row.key());
      consequence = "; it holds up its key until people shorten or delete it";
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
