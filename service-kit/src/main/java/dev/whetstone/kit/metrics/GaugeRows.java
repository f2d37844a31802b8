package dev.whetstone.kit.metrics;

import dev.whetstone.kit.metrics.MeterDescription.Combining;
import io.micrometer.core.instrument.MultiGauge;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All values of a gauge, replaced at once. Label values that nothing was measured for are 0 where
 * they are known beforehand; a gauge per loop has them for {@link LabelDescription#OTHER}, so that
 * an expression over all loops has a value.
 */
public final class GaugeRows {
  private final MeterDescription meter;
  private final MultiGauge gauge;
  private final LabelValues values;
  private final Set<List<String>> expected;

  /**
   * @param expected label values that are shown even if nothing was measured for them
   */
  GaugeRows(
      MeterDescription meter, MultiGauge gauge, LabelValues values, Set<List<String>> expected) {
    this.meter = meter;
    this.gauge = gauge;
    this.values = values;
    this.expected = Set.copyOf(expected);
  }

  /** Replaces the values. */
  public void set(Collection<GaugeRow> rows) {
    Map<List<String>, Double> combined = new LinkedHashMap<>();
    expected.forEach(labels -> combined.put(labels, 0.0));
    for (GaugeRow row : rows) {
      List<String> labels = values.bounded(meter, row.labels());
      boolean left =
          meter.combining() == Combining.LEAVE_OUT && labels.contains(LabelDescription.OTHER);
      if (!left) {
        combined.merge(labels, row.value(), this::combine);
      }
    }
    register(combined);
  }

  /** The values cannot be measured now. */
  public void unknown() {
    Map<List<String>, Double> none = new LinkedHashMap<>();
    expected.forEach(labels -> none.put(labels, Double.NaN));
    register(none);
  }

  private double combine(double one, double other) {
    return meter.combining() == Combining.MAX ? Math.max(one, other) : one + other;
  }

  private void register(Map<List<String>, Double> combined) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    combined.forEach(
        (labels, value) -> rows.add(MultiGauge.Row.of(values.tags(meter, labels), value)));
    gauge.register(rows, true);
  }
}
