package dev.whetstone.kit.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.envelope.SenderStamp;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.kit.event.CloudEvents.Decoded;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class CloudEventsTest {
  private static final Event<FeedbackRetracted> EVENT =
      new Event<>(
          new EventAttributes(
              "e1",
              "app",
              EventType.FEEDBACK_RETRACTED,
              Instant.parse("2026-11-20T10:00:00Z"),
              "r1",
              new LoopId("acme", "support"),
              "acme/support/r1",
              null),
          new FeedbackRetracted("app", "f1", "r1", "user-1"));

  private static ConsumerRecord<String, byte[]> received(ProducerRecord<String, byte[]> sent) {
    return new ConsumerRecord<>(
        sent.topic(),
        0,
        0,
        0,
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        new RecordHeaders(sent.headers()),
        Optional.empty());
  }

  @Test
  void shouldDecodeAnEncodedEvent() {
    ProducerRecord<String, byte[]> sent = CloudEvents.encode(EVENT);
    assertThat(sent.topic()).isEqualTo("whetstone.feedback");
    assertThat(sent.key()).isEqualTo("acme/support/r1");
    assertThat(CloudEvents.decode(received(sent)))
        .isInstanceOfSatisfying(
            Decoded.Valid.class, valid -> assertThat(valid.event()).isEqualTo(EVENT));
  }

  @Test
  void shouldCarryTheKeyThatSentAnEvent() {
    EventAttributes plain = EVENT.attributes();
    for (SenderStamp stamp :
        List.of(new SenderStamp("web", true, "0a1b"), new SenderStamp("server", false, null))) {
      Event<FeedbackRetracted> event =
          new Event<>(
              new EventAttributes(
                  plain.id(),
                  plain.source(),
                  plain.type(),
                  plain.time(),
                  plain.subject(),
                  plain.loop(),
                  plain.partitionKey(),
                  null,
                  stamp),
              EVENT.data());
      assertThat(CloudEvents.decode(received(CloudEvents.encode(event))))
          .isInstanceOfSatisfying(
              Decoded.Valid.class, valid -> assertThat(valid.event()).isEqualTo(event));
    }
  }

  @Test
  void shouldNeverThrowBecauseOfTheContentOfARecord() {
    ProducerRecord<String, byte[]> noHeaders =
        new ProducerRecord<>("whetstone.feedback", "k", "{}".getBytes(StandardCharsets.UTF_8));
    ProducerRecord<String, byte[]> brokenJson = CloudEvents.encode(EVENT);
    ProducerRecord<String, byte[]> broken =
        new ProducerRecord<>(
            brokenJson.topic(),
            null,
            brokenJson.key(),
            "{\"source\":".getBytes(StandardCharsets.UTF_8),
            brokenJson.headers());
    ProducerRecord<String, byte[]> tombstone =
        new ProducerRecord<>(
            brokenJson.topic(), null, brokenJson.key(), null, brokenJson.headers());
    ProducerRecord<String, byte[]> nothing =
        new ProducerRecord<>(
            brokenJson.topic(),
            null,
            brokenJson.key(),
            "null".getBytes(StandardCharsets.UTF_8),
            brokenJson.headers());
    ProducerRecord<String, byte[]> emptyHeader = CloudEvents.encode(EVENT);
    emptyHeader.headers().remove("ce_id").add("ce_id", null);
    assertThat(CloudEvents.decode(received(nothing)))
        .isEqualTo(new Decoded.Poison("no-data", "the record's value is null"));
    assertThat(CloudEvents.decode(received(emptyHeader)))
        .isEqualTo(new Decoded.Poison("undecodable", "header ce_id is missing"));
    assertThat(CloudEvents.decode(received(noHeaders))).isInstanceOf(Decoded.Poison.class);
    assertThat(CloudEvents.decode(received(broken))).isInstanceOf(Decoded.Poison.class);
    assertThat(CloudEvents.decode(received(tombstone))).isInstanceOf(Decoded.Poison.class);
  }

  @Test
  void shouldNameAnUnknownType() {
    ProducerRecord<String, byte[]> sent = CloudEvents.encode(EVENT);
    sent.headers()
        .remove("ce_type")
        .add("ce_type", "dev.other.v1".getBytes(StandardCharsets.UTF_8));
    assertThat(CloudEvents.decode(received(sent)))
        .isEqualTo(
            new Decoded.Poison(
                "unknown-type",
                "event type 'dev.other.v1' on topic '"
                    + sent.topic()
                    + "' is unknown to this version. Upgrade this service, or correct ce_type, and"
                    + " send the record again"));
  }
}
