package dev.whetstone.kit.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.DatabaseException;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits in the outbox and in the spool. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class QueueGaugesTest {
  private static final String TOPIC = "queue-gauges";
  @Inject QueueGauges gauges;
  @Inject MeterRegistry registry;
  @Inject Sql sql;
  @Inject Clock clock;

  /** What other tests left counts, too, and may be of any age. */
  @BeforeEach
  void emptySpool() {
    sql.updateInNewTransaction("delete from event_spool");
  }

  @AfterEach
  void empty() {
    sql.updateInNewTransaction("delete from event_spool where topic = ?", TOPIC);
    sql.updateInNewTransaction("delete from outbox where topic = ?", TOPIC);
  }

  @Test
  void shouldShowHowManyEventsAreSpooledAndSinceWhen() {
    gauges.measure();
    double before = value(KitMeter.SPOOL_WAITING);
    long written = clock.instant().minus(Duration.ofMinutes(10)).toEpochMilli();
    spool(written);
    spool(written + 60_000);

    gauges.measure();

    assertThat(value(KitMeter.SPOOL_WAITING)).isEqualTo(before + 2);
    assertThat(value(KitMeter.SPOOL_OLDEST_AGE)).isBetween(600.0, 900.0);
  }

  @Test
  void shouldShowHowManyMessagesWaitAndSinceWhen() {
    sql.updateInNewTransaction(
        "insert into outbox (topic, message_key, seq, headers, payload, created_at)"
            + " values (?, 'k', 1, '[]'::jsonb, 'x'::bytea, clock_timestamp() - interval '2 hours')",
        TOPIC);

    gauges.measure();

    assertThat(value(KitMeter.OUTBOX_WAITING)).isGreaterThanOrEqualTo(1);
    assertThat(value(KitMeter.OUTBOX_OLDEST_AGE)).isGreaterThanOrEqualTo(7_200);
  }

  @Test
  void shouldMeasureOnASchedule() {
    double before = value(KitMeter.SPOOL_WAITING);
    spool(clock.millis());

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> value(KitMeter.SPOOL_WAITING) >= 1 && value(KitMeter.SPOOL_WAITING) != before);
  }

  @Test
  void shouldShowNoNumberOfWhatCannotBeMeasuredAndGoOn() {
    List<String> calls = new ArrayList<>();
    GaugeSource broken =
        new GaugeSource() {
          @Override
          public void measure() {
            throw new DatabaseException("the database does not answer", new SQLException());
          }

          @Override
          public void unknown() {
            calls.add("unknown");
          }
        };
    GaugeSource whole =
        new GaugeSource() {
          @Override
          public void measure() {
            calls.add("measured");
          }

          @Override
          public void unknown() {
            calls.add("not called");
          }
        };

    new GaugeSchedule(List.of(broken, whole)).measure();

    assertThat(calls).containsExactly("unknown", "measured");
  }

  @Test
  void shouldBeginCountersAtZeroAndRegisterNothingElse() {
    assertThat(registry.find(KitMeter.DEAD_LETTERS.meterName()).counters())
        .hasSize(KitMeter.DEAD_LETTERS.description().labels().getFirst().values().size());
    assertThat(registry.getMeters().stream().map(Meter::getId).map(Meter.Id::getName))
        .filteredOn(name -> name.startsWith("whetstone."))
        .isSubsetOf(Arrays.stream(KitMeter.values()).map(KitMeter::meterName).toList());
  }

  private void spool(long written) {
    sql.updateInNewTransaction(
        "insert into event_spool (topic, part, tenant, record_offset, origin, value, bytes)"
            + " values (?, 0, 'acme', 1, ?, 'x'::bytea, 1)",
        TOPIC,
        Json.write(Map.of("key", "k", "time", written)));
  }

  private double value(KitMeter meter) {
    return registry.get(meter.meterName()).gauge().value();
  }
}
