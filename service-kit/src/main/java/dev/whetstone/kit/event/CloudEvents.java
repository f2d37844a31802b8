package dev.whetstone.kit.event;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.envelope.SenderStamp;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.work.FaultText;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 in Kafka's binary mode: attributes as {@code ce_*} headers, data as the value.
 */
public final class CloudEvents {
  private CloudEvents() {}

  /** The result of decoding a Kafka record. */
  public sealed interface Decoded {
    /**
     * @param bodySha256 digest of the data's bytes, hex
     */
    record Valid(Event<?> event, String bodySha256) implements Decoded {}

    /** A record that this service cannot read. */
    record Poison(String code, String detail) implements Decoded {}
  }

  /** The record that carries the event on its type's topic. */
  public static ProducerRecord<String, byte[]> encode(Event<?> event) {
    ProducerRecord<String, byte[]> producerRecord =
        new ProducerRecord<>(
            event.attributes().type().topic(),
            event.attributes().partitionKey(),
            Json.write(event.data()));
    headers(event.attributes())
        .forEach((name, value) -> producerRecord.headers().add(name, value.getBytes(UTF_8)));
    return producerRecord;
  }

  /** The {@code ce_*} headers of an event, and its content type. */
  public static Map<String, String> headers(EventAttributes attributes) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("ce_specversion", "1.0");
    headers.put("ce_id", attributes.id());
    headers.put("ce_source", attributes.source());
    headers.put("ce_type", attributes.type().wireName());
    headers.put("ce_time", attributes.time().toString());
    headers.put("ce_dataschema", attributes.type().dataSchema());
    headers.put("ce_tenant", attributes.loop().tenant());
    headers.put("ce_loop", attributes.loop().loop());
    headers.put("ce_partitionkey", attributes.partitionKey());
    if (attributes.subject() != null) {
      headers.put("ce_subject", attributes.subject());
    }
    if (attributes.traceParent() != null) {
      headers.put("ce_traceparent", attributes.traceParent());
    }
    if (attributes.sender() != null) {
      headers.put("ce_keyid", attributes.sender().keyId());
      headers.put("ce_publishable", String.valueOf(attributes.sender().publishable()));
      if (attributes.sender().connection() != null) {
        headers.put("ce_connection", attributes.sender().connection());
      }
    }
    headers.put("content-type", "application/json");
    return headers;
  }

  /** Decodes a record; never throws because of its content. */
  public static Decoded decode(ConsumerRecord<String, byte[]> received) {
    try {
      Headers headers = received.headers();
      String typeName = required(headers, "ce_type");
      Optional<EventType> type = EventType.byWireName(typeName);
      if (type.isEmpty()) {
        return new Decoded.Poison(
            "unknown-type",
            "event type '%s' on topic '%s' is unknown to this version. Upgrade this service, or correct ce_type, and send the record again"
                .formatted(typeName, received.topic()));
      }
      if (received.value() == null) {
        return new Decoded.Poison("no-data", "the record has no value");
      }
      LoopId loop = new LoopId(required(headers, "ce_tenant"), required(headers, "ce_loop"));
      String partitionKey = optional(headers, "ce_partitionkey");
      EventAttributes attributes =
          new EventAttributes(
              required(headers, "ce_id"),
              required(headers, "ce_source"),
              type.get(),
              Instant.parse(required(headers, "ce_time")),
              optional(headers, "ce_subject"),
              loop,
              partitionKey == null ? String.valueOf(received.key()) : partitionKey,
              optional(headers, "ce_traceparent"),
              sender(headers));
      EventData data = Json.read(received.value(), type.get().dataClass());
      if (data == null) {
        return new Decoded.Poison("no-data", "the record's value is null");
      }
      return new Decoded.Valid(
          new Event<>(attributes, data), ContentDigests.sha256(received.value()));
    } catch (DateTimeParseException e) {
      return new Decoded.Poison(
          "bad-attribute", "ce_time is not an RFC 3339 time: " + e.getMessage());
    } catch (IllegalArgumentException | UncheckedIOException e) {
      return new Decoded.Poison("undecodable", FaultText.describe(e));
    }
  }

  private static @Nullable SenderStamp sender(Headers headers) {
    String keyId = optional(headers, "ce_keyid");
    return keyId == null
        ? null
        : new SenderStamp(
            keyId,
            Boolean.parseBoolean(optional(headers, "ce_publishable")),
            optional(headers, "ce_connection"));
  }

  private static String required(Headers headers, String name) {
    String value = optional(headers, name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException("header " + name + " is missing");
    }
    return value;
  }

  private static @Nullable String optional(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }

  private static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;
}
