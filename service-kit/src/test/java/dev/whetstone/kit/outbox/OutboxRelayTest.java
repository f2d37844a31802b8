package dev.whetstone.kit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.Topics;
import dev.whetstone.kit.metrics.MetricNames;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class OutboxRelayTest {
  private static final String ABSENT = "whetstone.absent";

  @Inject Sql sql;
  @Inject OutboxRelay relay;
  @Inject OutboxAge age;
  @Inject MeterRegistry metrics;

  @AfterEach
  void forgetWhatCannotBeSent() {
    sql.update("delete from outbox where message_key like 'relay/%'");
  }

  @Test
  void shouldNotLetATopicThatIsNotThereHoldUpTheOthers() {
    for (int i = 0; i < 8; i++) {
      queue(ABSENT, "relay/" + i, 10, Duration.ofHours(1));
    }
    queue(Topics.CHECKPOINTS, "relay/good", 10, Duration.ZERO);

    relay.wake();

    await().atMost(Duration.ofSeconds(20)).until(() -> waiting(Topics.CHECKPOINTS) == 0);
  }

  @Test
  void shouldLetARowThatKafkaNeverTakesHoldUpItsOwnKeyOnly() {
    queue(Topics.CHECKPOINTS, "relay/large", 1_100_000, Duration.ofHours(1));
    queue(Topics.CHECKPOINTS, "relay/good", 10, Duration.ZERO);

    relay.wake();

    await().atMost(Duration.ofSeconds(20)).until(() -> waiting(Topics.CHECKPOINTS) == 1);
    age.measure();
    assertThat(metrics.get(MetricNames.OUTBOX_OLDEST_AGE).gauge().value()).isGreaterThan(3_000);
  }

  private void queue(String topic, String key, int bytes, Duration ago) {
    sql.update(
        """
        insert into outbox (topic, message_key, seq, headers, payload, created_at)
        values (?, ?, 1, '{}', ?, clock_timestamp() - make_interval(secs => ?))
        """,
        topic,
        key,
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
