package dev.whetstone.curation.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.metrics.CurationMeter;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Gauges follow the rows of examples, cuts and erasures. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class CurationGaugesTest {
  private static final Instant AT = TestClock.START;
  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject CurationGauges gauges;
  @Inject MeterRegistry registry;
  @Inject MutableClock clock;
  @Inject Sql sql;

  @Test
  void shouldShowTheOldestExampleThatNoBatchHas(TestInfo test) {
    clock.set(AT.plus(Duration.ofHours(1)));
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    correct(send, 1, AT);
    correct(send, 2, AT.plusSeconds(60));
    reconciler.reconcile();
    gauges.measure();
    assertThat(stage("example", send)).isEqualTo(3_600);

    for (int i = 3; i < 63; i++) {
      correct(send, i, AT.plusSeconds(i));
    }
    reconciler.reconcile();
    gauges.measure();

    assertThat(stage("example", send)).isNull();
    assertThat(stage("cut", send)).isNull();
  }

  @Test
  void shouldShowACutWhoseBatchIsNotSealed(TestInfo test) {
    clock.set(AT.plus(Duration.ofHours(1)));
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    sql.updateInNewTransaction(
        "insert into cut (cut_id, tenant, loop, sequence, state, batch_trigger, loop_spec_sha256,"
            + " body, planned, created_at) values (?, ?, ?, 1, 'open', 'volume', 'x', '{}', '{}', ?)",
        "gauge-" + send.loop().loop(),
        send.loop().tenant(),
        send.loop().loop(),
        AT);

    gauges.measure();

    assertThat(stage("cut", send)).isEqualTo(3_600);
    sql.updateInNewTransaction("delete from cut where cut_id = ?", "gauge-" + send.loop().loop());
  }

  @Test
  void shouldShowOpenErasuresAndTheirDeadline(TestInfo test) {
    clock.set(AT.plus(Duration.ofHours(1)));
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    reconciler.reconcile();
    gauges.measure();
    double before = value(CurationMeter.ERASURES_OPEN);
    feed.take(send.erasure("gauge-era-" + send.loop().loop(), "ada", null, AT));

    gauges.measure();

    assertThat(value(CurationMeter.ERASURES_OPEN)).isEqualTo(before + 1);
    clock.advance(Duration.ofHours(2));
    gauges.measure();
    assertThat(value(CurationMeter.ERASURES_OLDEST_AGE)).isGreaterThanOrEqualTo(7_200);
    assertThat(value(CurationMeter.ERASURES_DEADLINE)).isEqualTo(Duration.ofDays(30).toSeconds());

    reconciler.reconcile();
    gauges.measure();
    assertThat(value(CurationMeter.ERASURES_OPEN)).isZero();
    assertThat(value(CurationMeter.ERASURES_OLDEST_AGE)).isZero();
  }

  @Test
  void shouldShowHowLongALiveEventHasBeenPastItsDeadline(TestInfo test) {
    clock.set(AT.plus(Duration.ofHours(1)));
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    feed.take(
        send.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)));
    Instant deadline =
        sql.first(
                "select deadline from event where tenant = ? and loop = ?",
                row -> Sql.instant(row, "deadline"),
                send.loop().tenant(),
                send.loop().loop())
            .orElseThrow();
    clock.set(deadline.plus(Duration.ofHours(3)));

    gauges.measure();

    assertThat(value(CurationMeter.OLDEST_OVERDUE)).isGreaterThanOrEqualTo(3 * 3_600);
    reconciler.reconcile();
    gauges.measure();
    assertThat(value(CurationMeter.OLDEST_OVERDUE)).isZero();
  }

  @Test
  void shouldShowNoNumberOfWhatIsUnknown() {
    gauges.unknown();

    assertThat(value(CurationMeter.ERASURES_OPEN)).isNaN();
    gauges.measure();
    assertThat(value(CurationMeter.ERASURES_OPEN)).isNotNaN();
  }

  private void correct(TestEvents send, int i, Instant at) {
    String user = "user" + i;
    feed.take(
        send.interaction("r" + i, "c" + i, user, at, TestTexts.question(i), TestTexts.badAnswer(i)),
        send.correction("f" + i, "r" + i, user, at, TestTexts.goodAnswer(i)));
  }

  private @Nullable Double stage(String stage, TestEvents send) {
    Gauge gauge =
        registry
            .find(KitMeter.STAGE_OLDEST_AGE.meterName())
            .tag("stage", stage)
            .tag("loop", send.loop().key())
            .gauge();
    return gauge == null ? null : gauge.value();
  }

  private double value(CurationMeter meter) {
    return registry.get(meter.meterName()).gauge().value();
  }
}
