package dev.whetstone.curation.metrics;

import dev.whetstone.curation.count.CountKind;
import dev.whetstone.curation.count.LoopCount;
import dev.whetstone.curation.count.LoopCountRepository;
import dev.whetstone.curation.count.LoopCountRepository.Changed;
import dev.whetstone.kit.metrics.GaugeRow;
import dev.whetstone.kit.metrics.GaugeRows;
import dev.whetstone.kit.metrics.MeterRegistrar;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Gauges computed from the counters of rows, so that they are right after a restart and the same on
 * every instance. Labels are loops, fates, states and reasons, all from bounded sets.
 */
@Startup
@ApplicationScoped
public class CurationMetrics {
  private final GaugeRows events;
  private final GaugeRows examples;
  private final GaugeRows batches;
  private final LoopCountRepository counts;
  private final Map<CountKind, Map<List<String>, LoopCount>> known = new EnumMap<>(CountKind.class);
  private long lastFold;

  public CurationMetrics(LoopCountRepository counts, MeterRegistrar meters) {
    this.counts = counts;
    meters.begin(CurationMeter.values());
    this.events = meters.rows(CurationMeter.EVENTS);
    this.examples = meters.rows(CurationMeter.EXAMPLES);
    this.batches = meters.rows(CurationMeter.BATCHES);
    for (CountKind kind : CountKind.values()) {
      known.put(kind, new HashMap<>());
    }
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
  }

  private static List<String> key(LoopCount count) {
    return List.of(count.loop().key(), count.state(), count.reason(), count.form(), count.split());
  }

  private void register(CountKind kind) {
    switch (kind) {
      case EVENT -> events.set(rows(kind, LoopCount::state));
      case EXAMPLE -> examples.set(rows(kind, one -> one.form() + " " + one.state()));
      case BATCH -> batches.set(rows(kind, LoopCount::state));
      case TAG -> throw new IllegalStateException("tags are no labels");
    }
  }

  private List<GaugeRow> rows(CountKind kind, Function<LoopCount, String> state) {
    return known.get(kind).values().stream()
        .filter(one -> one.n() != 0)
        .map(one -> GaugeRow.of(one.n(), one.loop(), state.apply(one), one.reason()))
        .toList();
  }
}
