package dev.whetstone.curation.operations;

import dev.whetstone.kit.sql.Sql;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gauges computed from rows, so that they are right after a restart and the same on every instance.
 * Labels are loops, fates, states and reasons, all from bounded sets.
 */
@Startup
@ApplicationScoped
public class CurationMetrics {
  private static final String EVENTS = "whetstone.curation.events";
  private static final String EXAMPLES = "whetstone.curation.examples";
  private static final String BATCHES = "whetstone.curation.batches";
  private static final String OLDEST_WAITING = "whetstone.curation.oldest.overdue.seconds";

  private final Sql sql;
  private final Clock clock;
  private final MultiGauge events;
  private final MultiGauge examples;
  private final MultiGauge batches;
  private volatile double overdueSeconds;

  public CurationMetrics(Sql sql, Clock clock, MeterRegistry registry) {
    this.sql = sql;
    this.clock = clock;
    this.events =
        MultiGauge.builder(EVENTS).description("events by fate and reason").register(registry);
    this.examples =
        MultiGauge.builder(EXAMPLES)
            .description("examples by form, state and the reason that dropped them")
            .register(registry);
    this.batches =
        MultiGauge.builder(BATCHES).description("sealed batches by state").register(registry);
    registry.gauge(OLDEST_WAITING, this, metrics -> metrics.overdueSeconds);
  }

  /** Recomputes all gauges. */
  public void refresh() {
    events.register(
        rows(
            """
            select tenant || '/' || loop as a, fate as b, coalesce(reason, '') as c, count(*) as n
            from event group by 1, 2, 3
            """,
            "loop",
            "fate",
            "reason"),
        true);
    examples.register(
        rows(
            """
            select tenant || '/' || loop as a, form || ' ' || state as b, coalesce(reason, '') as c,
              count(*) as n
            from example group by 1, 2, 3
            """,
            "loop",
            "state",
            "reason"),
        true);
    batches.register(
        rows(
            """
            select tenant || '/' || loop as a, state as b, batch_trigger as c, count(*) as n
            from batch group by 1, 2, 3
            """,
            "loop",
            "state",
            "trigger"),
        true);
    overdueSeconds = overdue();
  }

  /**
   * How long the most overdue live row has been past its deadline in seconds; normally near 0 (I7).
   */
  private double overdue() {
    @Nullable Instant oldest =
        sql.query(
                "select min(deadline) as deadline from event where deadline is not null",
                row -> java.util.Optional.ofNullable(Sql.instant(row, "deadline")))
            .getFirst()
            .orElse(null);
    if (oldest == null) {
      return 0;
    }
    return Math.max(0, Duration.between(oldest, clock.instant()).toSeconds());
  }

  private List<MultiGauge.Row<?>> rows(String query, String... labels) {
    return Objects.requireNonNull(
        sql.<MultiGauge.Row<?>>query(
            query,
            row ->
                MultiGauge.Row.of(
                    Tags.of(
                        labels[0], row.getString("a"),
                        labels[1], row.getString("b"),
                        labels[2], row.getString("c")),
                    row.getLong("n"))));
  }
}
