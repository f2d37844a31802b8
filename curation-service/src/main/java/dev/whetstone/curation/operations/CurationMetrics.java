package dev.whetstone.curation.operations;

import dev.whetstone.curation.count.CountKind;
import dev.whetstone.curation.count.LoopCount;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.count.LoopCountRepository.Changed;
import dev.whetstone.kit.sql.Sql;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gauges computed from the counters of rows, so that they are right after a restart and the same on
 * every instance. Labels are loops, fates, states and reasons, all from bounded sets.
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
  private final LoopCountRepository counts;
  private final Map<CountKind, Map<List<String>, LoopCount>> known = new EnumMap<>(CountKind.class);
  private long lastFold;
  private volatile double overdueSeconds;

  public CurationMetrics(Sql sql, LoopCountRepository counts, Clock clock, MeterRegistry registry) {
    this.sql = sql;
    this.counts = counts;
    this.clock = clock;
    this.events =
        MultiGauge.builder(EVENTS).description("events by fate and reason").register(registry);
    this.examples =
        MultiGauge.builder(EXAMPLES)
            .description("examples by form, state and the reason that dropped them")
            .register(registry);
    this.batches =
        MultiGauge.builder(BATCHES).description("sealed batches by state").register(registry);
    for (CountKind kind : CountKind.values()) {
      known.put(kind, new HashMap<>());
    }
    registry.gauge(OLDEST_WAITING, this, metrics -> metrics.overdueSeconds);
  }

  /**
   * Brings all gauges up to date: reads the counters that changed since the last time, and
   * registers anew only the gauges that they belong to.
   */
  public synchronized void refresh() {
    Set<CountKind> touched = EnumSet.noneOf(CountKind.class);
    for (Changed one : counts.changedSince(lastFold)) {
      lastFold = Math.max(lastFold, one.fold());
      known.get(one.kind()).put(key(one.count()), one.count());
      touched.add(one.kind());
    }
    touched.forEach(this::register);
    overdueSeconds = overdue();
  }

  private static List<String> key(LoopCount count) {
    return List.of(count.loop().key(), count.state(), count.reason(), count.form(), count.split());
  }

  private void register(CountKind kind) {
    switch (kind) {
      case EVENT -> events.register(rows(kind, "fate", "reason", LoopCount::state), true);
      case EXAMPLE ->
          examples.register(
              rows(kind, "state", "reason", one -> one.form() + " " + one.state()), true);
      case BATCH -> batches.register(rows(kind, "state", "trigger", LoopCount::state), true);
      case TAG -> throw new IllegalStateException("tags are no labels");
    }
  }

  private List<MultiGauge.Row<?>> rows(
      CountKind kind, String label, String reasonLabel, Function<LoopCount, String> value) {
    Map<List<String>, Long> sums = new TreeMap<>(Comparator.comparing(List::toString));
    for (LoopCount one : known.get(kind).values()) {
      if (one.n() != 0) {
        sums.merge(List.of(one.loop().key(), value.apply(one), one.reason()), one.n(), Long::sum);
      }
    }
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    sums.forEach(
        (labels, n) ->
            rows.add(
                MultiGauge.Row.of(
                    Tags.of(
                        "loop", labels.get(0), label, labels.get(1), reasonLabel, labels.get(2)),
                    n)));
    return rows;
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
}
