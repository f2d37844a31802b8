package dev.whetstone.ingest.publish;

import dev.whetstone.ingest.config.ConfigBounds;
import dev.whetstone.ingest.config.IngestConfig;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.metrics.MeterRegistrar;
import io.micrometer.core.instrument.Timer;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The only publisher of ingest: a raw producer with {@code acks=all} and idempotence. All records
 * of a request are sent before it waits for the first. Thread-safe.
 */
@ApplicationScoped
public class EventPublisher {
  private final KafkaProducer<String, byte[]> producer;
  private final Duration acknowledgeWithin;
  private final Timer acknowledged;

  public EventPublisher(
      IngestConfig config,
      @Identifier("default-kafka-broker") Map<String, Object> broker,
      MeterRegistrar meters) {
    this.acknowledgeWithin = ConfigBounds.check(config).acknowledgeWithin();
    this.acknowledged = meters.timer(IngestMeter.ACKNOWLEDGEMENT);
    this.producer =
        new KafkaProducer<>(
            settings(broker, config), new StringSerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> settings(Map<String, Object> broker, IngestConfig config) {
    int wait = Math.toIntExact(config.acknowledgeWithin().toMillis());
    Map<String, Object> settings = new HashMap<>(broker);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, config.lingerMilliseconds());
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 64 * 1024);
    // No record is retried for longer than its caller waits: a request that was answered 503 must
    // not appear minutes later.
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, wait);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, wait / 2));
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.max(1, wait / 2));
    return settings;
  }

  /**
   * Sends the events and returns when the broker has acknowledged every one.
   *
   * @throws NotAcknowledgedException when it did not acknowledge in time
   */
  public void publish(List<PreparedEvent> events) throws NotAcknowledgedException {
    send(events.stream().map(EventPublisher::message).toList());
  }

  /**
   * The same for records.
   *
   * @throws NotAcknowledgedException when the broker did not acknowledge every one in time
   */
  public void send(List<ProducerRecord<String, byte[]>> messages) throws NotAcknowledgedException {
    long start = System.nanoTime();
    long deadline = start + acknowledgeWithin.toNanos();
    AcknowledgementLatch acknowledgements = new AcknowledgementLatch(messages.size());
    for (ProducerRecord<String, byte[]> message : messages) {
      if (acknowledgements.failed() || System.nanoTime() > deadline) {
        break;
      }
      var unused = producer.send(message, acknowledgements);
    }
    acknowledgements.await(Duration.ofNanos(deadline - System.nanoTime()));
    acknowledged.record(Duration.ofNanos(System.nanoTime() - start));
  }

  /** The record that carries an event on its type's topic. */
  public static ProducerRecord<String, byte[]> message(PreparedEvent event) {
    ProducerRecord<String, byte[]> message =
        new ProducerRecord<>(
            event.attributes().type().topic(), event.attributes().partitionKey(), event.data());
    CloudEvents.headers(event.attributes())
        .forEach(
            (name, value) -> message.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    return message;
  }

  @PreDestroy
  void close() {
    producer.close(acknowledgeWithin);
  }
}
