package dev.whetstone.curation.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Gauges follow the counters. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class CurationMetricsTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationMetrics metrics;
  @Inject LoopCountRepository counts;
  @Inject MeterRegistry registry;
  @Inject MutableClock clock;

  @Test
  void shouldShowWhatTheCountersCount(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    var send = TestEvents.of(test);
    feed.declare(send.declared(""));
    feed.take(
        send.interaction("r1", "c1", "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)));
    refresh();
    assertThat(events(send, "waiting", "feedback")).isEqualTo(1.0);

    feed.take(send.correction("f1", "r1", "ada", AT, TestTexts.goodAnswer(1)));
    refresh();

    assertThat(events(send, "waiting", "feedback")).isNull();
    assertThat(events(send, "ready", "")).isEqualTo(2.0);
    assertThat(
            value(
                registry
                    .find("whetstone.curation.examples")
                    .tag("loop", send.loop().key())
                    .tag("state", "sft ready")
                    .gauge()))
        .isEqualTo(1.0);
  }

  private void refresh() {
    boolean more;
    do {
      more = QuarkusTransaction.requiringNew().call(counts::fold);
    } while (more);
    metrics.refresh();
  }

  private @Nullable Double events(TestEvents send, String fate, String reason) {
    return value(
        registry
            .find("whetstone.curation.events")
            .tag("loop", send.loop().key())
            .tag("fate", fate)
            .tag("reason", reason)
            .gauge());
  }

  private static @Nullable Double value(@Nullable Gauge gauge) {
    return gauge == null ? null : gauge.value();
  }
}
