package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.BatchSetAside;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.EventData.BatchEvent;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** Events that do not belong on the topic they were sent to. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class WrongTopicTest {
  private static final AtomicInteger LOOPS = new AtomicInteger();

  @Inject EventConsumption consumption;
  @Inject EventFactory events;
  @Inject MeterRegistry metrics;

  private final LoopId loop = new LoopId("acme", "wrong-topic-" + LOOPS.incrementAndGet());

  @Test
  void shouldSendEventsOfAnotherTopicAndOfAnUnknownTypeToTheDeadLetters() {
    List<BatchEvent> applied = new ArrayList<>();
    BatchTainted first = new BatchTainted("b", "retracted", List.of(), null);
    BatchSetAside last = new BatchSetAside(List.of("b"), null, null, "set aside by a person");
    double wrongBefore = counted("wrong-topic");
    double unknownBefore = counted("unknown-type");

    consumption.process(
        List.of(
            onBatches("1", first, null),
            onBatches("2", new CheckpointTainted("c", "erasure", null), null),
            onBatches("3", first, "dev.whetstone.batch.melted.v9"),
            onBatches("4", last, null)),
        BatchEvent.class,
        batch -> batch.forEach(received -> applied.add(received.data())));

    assertThat(applied).containsExactly(first, last);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(letters())
                    .extracting(
                        letter -> KafkaProbe.header(letter, "ce_id"),
                        letter -> KafkaProbe.header(letter, "error-code"),
                        letter -> KafkaProbe.header(letter, "error-detail"))
                    .containsExactly(
                        tuple(
                            "2",
                            "wrong-topic",
                            "event type 'dev.whetstone.checkpoint.tainted.v1' does not belong on"
                                + " topic 'whetstone.batches'. Send it to topic"
                                + " 'whetstone.checkpoints'"),
                        tuple(
                            "3",
                            "unknown-type",
                            "event type 'dev.whetstone.batch.melted.v9' on topic"
                                + " 'whetstone.batches' is unknown to this version. Upgrade this"
                                + " service, or correct ce_type, and send the record again")));
    assertThat(counted("wrong-topic")).isEqualTo(wrongBefore + 1);
    assertThat(counted("unknown-type")).isEqualTo(unknownBefore + 1);
  }

  @Test
  void shouldTakeTheEventInWhenItIsSentToItsOwnTopic() {
    CheckpointTainted tainted = new CheckpointTainted("c", "erasure", null);
    consumption.process(
        List.of(onBatches("1", tainted, null)),
        BatchEvent.class,
        batch -> {
          throw new IllegalStateException("not for this effect");
        });
    List<EventData> applied = new ArrayList<>();

    consumption.process(
        List.of(record(TopicNames.CHECKPOINTS, "1", tainted, null)),
        EventData.CheckpointEvent.class,
        batch -> batch.forEach(received -> applied.add(received.data())));

    assertThat(applied).containsExactly(tainted);
  }

  private double counted(String code) {
    return metrics.counter(KitMeter.DEAD_LETTERS.meterName(), "code", code).count();
  }

  private ConsumerRecord<String, byte[]> onBatches(String id, EventData data, String otherType) {
    return record(TopicNames.BATCHES, id, data, otherType);
  }

  private ConsumerRecord<String, byte[]> record(
      String topic, String id, EventData data, String otherType) {
    Event<?> event = events.create(id, loop, "test", null, loop.key(), data);
    ProducerRecord<String, byte[]> sent = CloudEvents.encode(event);
    RecordHeaders headers = new RecordHeaders(sent.headers());
    if (otherType != null) {
      headers.remove("ce_type");
      headers.add("ce_type", otherType.getBytes(StandardCharsets.UTF_8));
    }
    return new ConsumerRecord<>(
        topic,
        0,
        7,
        0,
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        headers,
        Optional.empty());
  }

  private List<ConsumerRecord<String, byte[]>> letters() {
    try (KafkaProbe probe = KafkaProbe.shared()) {
      return probe.all(TopicNames.deadLetters(TopicNames.BATCHES)).stream()
          .filter(letter -> loop.key().equals(letter.key()))
          .toList();
    }
  }
}
