package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An event whose effect always outlasts the transaction. */
@QuarkusTest
@TestProfile(SlowEffectTest.ShortTransactions.class)
@WithTestResource(InfrastructureResource.class)
class SlowEffectTest {
  private static final LoopId LOOP = new LoopId("acme", "slow-effect");

  @Inject EventConsumption consumption;
  @Inject EventFactory events;
  @Inject Sql sql;

  /** Transactions of a second, and two attempts. */
  public static class ShortTransactions implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "whetstone.consumption.transaction-timeout",
          "PT1S",
          "whetstone.consumption.attempts",
          "2");
    }
  }

  @Test
  @DisplayName(
      "I7: an event that always takes too long becomes a dead letter, its neighbours do not")
  void shouldGiveUpTheEventThatAlwaysTakesTooLong() {
    consumption.process(
        List.of(record("1"), record("2"), record("slow"), record("4")),
        FeedbackEvent.class,
        batch -> {
          for (ReceivedEvent<FeedbackEvent> received : batch) {
            String id = received.event().attributes().id();
            sql.update("insert into work_lease values (?, 'slow-effect', now())", id);
            if (id.equals("slow")) {
              sql.query("select pg_sleep(1.5)", row -> 0);
            }
          }
        });

    assertThat(
            sql.query(
                "select name from work_lease where owner = 'slow-effect' order by name",
                row -> row.getString(1)))
        .containsExactly("1", "2", "4");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(deadLetters()).containsExactly("slow"));
  }

  private static List<String> deadLetters() {
    try (KafkaProbe probe = KafkaProbe.shared()) {
      return probe.all(TopicNames.deadLetters(TopicNames.FEEDBACK)).stream()
          .filter(letter -> LOOP.loop().equals(KafkaProbe.header(letter, "ce_loop")))
          .filter(letter -> "effect-failed".equals(KafkaProbe.header(letter, "error-code")))
          .map(letter -> KafkaProbe.header(letter, "ce_id"))
          .toList();
    }
  }

  private ConsumerRecord<String, byte[]> record(String id) {
    ProducerRecord<String, byte[]> sent =
        CloudEvents.encode(
            events.create(
                id, LOOP, "app", "x", LOOP.key(), new FeedbackRetracted("app", "x", null, null)));
    return new ConsumerRecord<>(
        TopicNames.FEEDBACK,
        0,
        7,
        0,
        TimestampType.CREATE_TIME,
        0,
        0,
        sent.key(),
        sent.value(),
        new RecordHeaders(sent.headers()),
        Optional.empty());
  }
}
