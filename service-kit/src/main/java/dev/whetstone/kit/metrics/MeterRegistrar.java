package dev.whetstone.kit.metrics;

import dev.whetstone.kit.metrics.MeterDescription.Combining;
import dev.whetstone.kit.metrics.MeterDescription.Type;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Registers meters as they are described, with label values within their bounds. Only this package
 * uses the registry, so that the catalogue of the described meters is complete.
 */
@ApplicationScoped
public class MeterRegistrar {
  private final MeterRegistry registry;
  private final LabelValues values;

  public MeterRegistrar(MeterRegistry registry, LabelValues values) {
    this.registry = registry;
    this.values = values;
  }

  /**
   * Registers every counter and timer whose label values are known, at 0: an increase from an
   * absent series to 1 is none for Prometheus.
   */
  public void begin(DescribedMeter[] meters) {
    for (DescribedMeter meter : meters) {
      MeterDescription described = meter.description();
      if (described.type() == Type.GAUGE || !described.isClosed()) {
        continue;
      }
      for (List<String> labels : combinations(described.labels())) {
        String[] each = labels.toArray(String[]::new);
        if (described.type() == Type.COUNTER) {
          Counter unused = counter(meter, each);
        } else {
          Timer unused = timer(meter);
        }
      }
    }
  }

  /** The counter with these label values, in the order in which they are described. */
  public Counter counter(DescribedMeter meter, String... labels) {
    MeterDescription described = require(meter, Type.COUNTER);
    return Counter.builder(described.name())
        .description(described.help())
        .tags(values.tags(described, List.of(labels)))
        .register(registry);
  }

  /** The timer, with buckets if it is described as a histogram. */
  public Timer timer(DescribedMeter meter) {
    MeterDescription described = require(meter, Type.TIMER, Type.HISTOGRAM);
    return Timer.builder(described.name())
        .description(described.help())
        .publishPercentileHistogram(described.type() == Type.HISTOGRAM)
        .register(registry);
  }

  /** Registers a gauge that is read with every scrape: it must not wait for anything. */
  public void gauge(DescribedMeter meter, DoubleSupplier value, String... labels) {
    MeterDescription described = require(meter, Type.GAUGE);
    Gauge.builder(described.name(), value::getAsDouble)
        .description(described.help())
        .baseUnit(unit(described))
        .tags(values.tags(described, List.of(labels)))
        .strongReference(true)
        .register(registry);
  }

  /** A gauge whose values are replaced from time to time. */
  public GaugeRows rows(DescribedMeter meter) {
    MeterDescription described = meter.description();
    return rows(
        meter,
        described.combining() == Combining.LEAVE_OUT ? Set.of() : combinations(described.labels()));
  }

  /**
   * The same of which this service measures a part.
   *
   * @param expected label values that are shown even if nothing was measured for them
   */
  public GaugeRows rows(DescribedMeter meter, Set<List<String>> expected) {
    MeterDescription described = require(meter, Type.GAUGE);
    MultiGauge gauge =
        MultiGauge.builder(described.name())
            .description(described.help())
            .baseUnit(unit(described))
            .register(registry);
    GaugeRows rows = new GaugeRows(described, gauge, values, expected);
    rows.set(List.of());
    return rows;
  }

  /** How long items wait in stages of the loop; labels of its rows are the stage and the loop. */
  public GaugeRows stages(LoopStage... stages) {
    Set<List<String>> expected = new LinkedHashSet<>();
    for (LoopStage stage : stages) {
      expected.add(List.of(LabelDescription.value(stage), LabelDescription.OTHER));
    }
    return rows(KitMeter.STAGE_OLDEST_AGE, expected);
  }

  private static @Nullable String unit(MeterDescription described) {
    return described.name().endsWith(described.unit()) ? null : described.unit();
  }

  private static MeterDescription require(DescribedMeter meter, Type... types) {
    MeterDescription described = meter.description();
    if (!List.of(types).contains(described.type())) {
      throw new IllegalArgumentException(
          "meter %s is described as %s".formatted(described.name(), described.type()));
    }
    return described;
  }

  private static Set<List<String>> combinations(List<LabelDescription> labels) {
    Set<List<String>> combinations = new LinkedHashSet<>();
    combinations.add(List.of());
    for (LabelDescription label : labels) {
      Set<List<String>> longer = new LinkedHashSet<>();
      for (List<String> shorter : combinations) {
        for (String value : valuesOf(label)) {
          List<String> extended = new ArrayList<>(shorter);
          extended.add(value);
          longer.add(extended);
        }
      }
      combinations = longer;
    }
    return combinations;
  }

  /** Codes are not known beforehand. */
  private static List<String> valuesOf(LabelDescription label) {
    return label.kind() == LabelDescription.Kind.LOOP
        ? List.of(LabelDescription.OTHER)
        : label.values();
  }
}
