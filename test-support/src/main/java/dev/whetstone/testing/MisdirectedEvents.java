package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.PromotionFailed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends an event of another topic and one of an unknown type to a topic, and checks that the
 * service under test refuses both: every service has to handle such events alike.
 */
public final class MisdirectedEvents {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String UNKNOWN_TYPE = "dev.whetstone.unknown.type.v1";

  private MisdirectedEvents() {}

  /**
   * Returns when the dead-letter topic holds both events with their error codes.
   *
   * @throws AssertionError when one of them is missing, or its error does not name type and topic
   */
  public static void assertDeadLetters(String topic) {
    LoopId loop = new LoopId("acme", "misdirected-" + UUID.randomUUID());
    EventData foreign =
        TopicNames.DECISIONS.equals(topic)
            ? new CheckpointTainted("c", "erasure", null)
            : new PromotionFailed("d", "c", 1, "timeout");
    String foreignType = EventType.of(foreign).wireName();
    try (KafkaProbe kafka = KafkaProbe.shared()) {
      kafka.send(misdirected(topic, loop, "foreign", foreign, foreignType));
      kafka.send(misdirected(topic, loop, "unknown", foreign, UNKNOWN_TYPE));
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> letters(kafka, topic, loop).size() == 2);
      List<ConsumerRecord<String, byte[]>> letters = letters(kafka, topic, loop);
      assertLetter(letters.getFirst(), "wrong-topic", foreignType, topic);
      assertLetter(letters.getLast(), "unknown-type", UNKNOWN_TYPE, topic);
    }
  }

  private static void assertLetter(
      ConsumerRecord<String, byte[]> letter, String code, String type, String topic) {
    assertThat(KafkaProbe.header(letter, "error-code")).isEqualTo(code);
    assertThat(KafkaProbe.header(letter, "error-detail")).contains(type, topic);
    assertThat(KafkaProbe.header(letter, "original-topic")).isEqualTo(topic);
  }

  private static ProducerRecord<String, byte[]> misdirected(
      String topic, LoopId loop, String id, EventData data, String type) {
    EventAttributes attributes =
        new EventAttributes(
            id,
            "test",
            EventType.of(data),
            Instant.parse("2026-11-20T12:00:00Z"),
            null,
            loop,
            loop.key(),
            null);
    ProducerRecord<String, byte[]> own = KafkaProbe.encode(new Event<>(attributes, data));
    own.headers().remove("ce_type").add("ce_type", type.getBytes(StandardCharsets.UTF_8));
    return new ProducerRecord<>(topic, null, own.key(), own.value(), own.headers());
  }

  private static List<ConsumerRecord<String, byte[]>> letters(
      KafkaProbe kafka, String topic, LoopId loop) {
    return kafka.all(TopicNames.deadLetters(topic)).stream()
        .filter(letter -> loop.key().equals(letter.key()))
        .toList();
  }
}
