package dev.whetstone.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.whetstone.contracts.envelope.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes topics without any code of the services. It encodes events in the CloudEvents
 * Kafka binding that contracts.md specifies.
 */
public final class KafkaProbe implements AutoCloseable {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .build();

  private final String bootstrapServers;
  private final KafkaProducer<String, byte[]> producer;

  private KafkaProbe(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  /** Probes the infrastructure of {@link InfrastructureResource}. */
  public static KafkaProbe shared() {
    return new KafkaProbe(TestInfrastructure.shared().bootstrapServers());
  }

  public static KafkaProbe at(String bootstrapServers) {
    return new KafkaProbe(bootstrapServers);
  }

  /** All records of the topic from its beginning to its current end, in order per partition. */
  public List<ConsumerRecord<String, byte[]>> all(String topic) {
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      var partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      var records = new ArrayList<ConsumerRecord<String, byte[]>>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      return records;
    }
  }

  /** The records of the topic whose {@code ce_type} is the given one. */
  public List<ConsumerRecord<String, byte[]>> all(String topic, String type) {
    return all(topic).stream().filter(r -> type.equals(header(r, "ce_type"))).toList();
  }

  /** The text of a header, or null when absent. */
  public static @Nullable String header(ConsumerRecord<?, ?> message, String name) {
    Header header = message.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** The body of the record, parsed as the given type. */
  public static <T> T body(ConsumerRecord<String, byte[]> message, Class<T> type) {
    try {
      return JSON.readValue(message.value(), type);
    } catch (java.io.IOException e) {
      throw new AssertionError(
          "not a %s: %s"
              .formatted(type.getSimpleName(), new String(message.value(), StandardCharsets.UTF_8)),
          e);
    }
  }

  /** Sends an event to its topic as a CloudEvent in binary mode; returns when acknowledged. */
  public void send(Event<?> event) {
    send(encode(event));
  }

  /** Sends any record; returns when acknowledged. */
  public void send(ProducerRecord<String, byte[]> message) {
    try {
      var ignored = producer.send(message).get();
    } catch (ExecutionException e) {
      throw new AssertionError("Kafka rejected a record for " + message.topic(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while sending", e);
    }
  }

  /** The record that {@link #send(Event)} sends, for tests that corrupt it first. */
  public static ProducerRecord<String, byte[]> encode(Event<?> event) {
    var attributes = event.attributes();
    try {
      var message =
          new ProducerRecord<>(
              attributes.type().topic(),
              attributes.partitionKey(),
              JSON.writeValueAsBytes(event.data()));
      put(message, "ce_specversion", "1.0");
      put(message, "ce_id", attributes.id());
      put(message, "ce_source", attributes.source());
      put(message, "ce_type", attributes.type().wireName());
      put(message, "ce_time", attributes.time().toString());
      put(message, "ce_subject", attributes.subject());
      put(message, "ce_dataschema", attributes.type().dataSchema());
      put(message, "ce_tenant", attributes.loop().tenant());
      put(message, "ce_loop", attributes.loop().loop());
      put(message, "ce_partitionkey", attributes.partitionKey());
      put(message, "ce_traceparent", attributes.traceParent());
      put(message, "content-type", "application/json");
      return message;
    } catch (JsonProcessingException e) {
      throw new AssertionError("cannot serialize the event as JSON", e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }

  private static void put(
      ProducerRecord<String, byte[]> message, String name, @Nullable String value) {
    if (value != null) {
      message.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
  }
}
