package dev.whetstone.kit.metrics;

import dev.whetstone.contracts.LoopId;
import java.util.List;

/**
 * One value of a gauge.
 *
 * @param labels values in the order in which the meter describes them; a loop as its key
 */
public record GaugeRow(List<String> labels, double value) {
  public GaugeRow {
    labels = List.copyOf(labels);
  }

  /** A value with labels. */
  public static GaugeRow of(double value, String... labels) {
    return new GaugeRow(List.of(labels), value);
  }

  /** A value of a loop, whose label is the first. */
  public static GaugeRow of(double value, LoopId loop, String... labels) {
    String[] all = new String[labels.length + 1];
    all[0] = loop.key();
    System.arraycopy(labels, 0, all, 1, labels.length);
    return of(value, all);
  }
}
