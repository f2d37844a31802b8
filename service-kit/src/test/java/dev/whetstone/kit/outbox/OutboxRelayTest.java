package dev.whetstone.kit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.metrics.QueueGauges;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestInfrastructure;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class OutboxRelayTest {
  private static final String ABSENT = "whetstone.absent";

  @Inject Sql sql;
  @Inject OutboxRelay relay;
  @Inject QueueGauges gauges;
  @Inject MeterRegistry metrics;

  @AfterEach
  void deleteRowsThatCannotBeSent() {
    sql.updateInNewTransaction("delete from outbox where message_key like 'relay/%'");
  }

  @Test
  void shouldNotBlockOtherTopicsWhenOneIsMissing() {
    for (int i = 0; i < 8; i++) {
      queue(ABSENT, "relay/" + i, 10, Duration.ofHours(1));
    }
    queue(TopicNames.CHECKPOINTS, "relay/good", 10, Duration.ZERO);

    relay.wake();

    await().atMost(Duration.ofSeconds(20)).until(() -> waiting(TopicNames.CHECKPOINTS) == 0);
  }

  @Test
  void shouldBlockOnlyTheKeyOfARowThatKafkaRefuses() {
    queue(TopicNames.CHECKPOINTS, "relay/large", 1_100_000, Duration.ofHours(1));
    queue(TopicNames.CHECKPOINTS, "relay/good", 10, Duration.ZERO);

    relay.wake();

    await().atMost(Duration.ofSeconds(20)).until(() -> waiting(TopicNames.CHECKPOINTS) == 1);
    gauges.measure();
    assertThat(metrics.get(KitMeter.OUTBOX_OLDEST_AGE.meterName()).gauge().value())
        .isGreaterThan(3_000);
  }

  @Test
  @DisplayName("I7: any number of rows that Kafka refuses does not stop the others")
  void shouldBlockOnlyTheKeysOfManyRowsThatKafkaRefuses() throws Exception {
    limit(TopicNames.FINDINGS, OpType.SET);
    try {
      for (int i = 0; i < 250; i++) {
        queue(TopicNames.FINDINGS, "relay/large-" + i, 30_000, Duration.ofHours(1));
      }
      queue(TopicNames.FINDINGS, "relay/good", 10, Duration.ZERO);

      relay.wake();

      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> waiting(TopicNames.FINDINGS) == 250 && !isWaiting("relay/good"));
    } finally {
      limit(TopicNames.FINDINGS, OpType.DELETE);
    }
  }

  @Test
  @DisplayName("I1: a letter that the broker refuses is cut to its reason and its origin")
  void shouldCutALetterThatTheBrokerRefuses() throws Exception {
    String letters = TopicNames.deadLetters(TopicNames.FINDINGS);
    String headers =
        "{\"ce_id\": \"cut-1\", \"note\": \"%s\", \"error-code\": \"poison\", \"original-offset\": \"7\"}"
            .formatted("n".repeat(500));
    limit(letters, OpType.SET);
    try (KafkaProbe probe = KafkaProbe.shared()) {
      queue(letters, "relay/letter", headers, 30_000, Duration.ofHours(1));

      relay.wake();

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(probe.all(letters))
                      .filteredOn(letter -> "relay/letter".equals(letter.key()))
                      .singleElement()
                      .satisfies(
                          letter -> {
                            assertThat(letter.value()).isEmpty();
                            assertThat(KafkaProbe.header(letter, "ce_id")).isEqualTo("cut-1");
                            assertThat(KafkaProbe.header(letter, "error-code")).isEqualTo("poison");
                            assertThat(KafkaProbe.header(letter, "original-offset")).isEqualTo("7");
                            assertThat(KafkaProbe.header(letter, "error-cut")).isEqualTo("true");
                            assertThat(KafkaProbe.header(letter, "note")).isNull();
                          }));
    } finally {
      limit(letters, OpType.DELETE);
    }
  }

  private static void limit(String topic, OpType operation) throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", TestInfrastructure.shared().bootstrapServers()))) {
      var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      var limit = new AlterConfigOp(new ConfigEntry("max.message.bytes", "20000"), operation);
      admin.incrementalAlterConfigs(Map.of(resource, List.of(limit))).all().get();
    }
  }

  private boolean isWaiting(String key) {
    return sql.first("select 1 from outbox where message_key = ?", row -> true, key).isPresent();
  }

  private void queue(String topic, String key, int bytes, Duration ago) {
    queue(topic, key, "{}", bytes, ago);
  }

  private void queue(String topic, String key, String headers, int bytes, Duration ago) {
    sql.updateInNewTransaction(
        """
        insert into outbox (topic, message_key, seq, headers, payload, created_at)
        values (?, ?, 1, ?::jsonb, ?, clock_timestamp() - make_interval(secs => ?))
        """,
        topic,
        key,
        headers,
        new byte[bytes],
        ago.toSeconds());
  }

  private int waiting(String topic) {
    return sql.first(
            "select count(*) from outbox where topic = ? and message_key like 'relay/%'",
            row -> row.getInt(1), topic)
        .orElseThrow();
  }
}
