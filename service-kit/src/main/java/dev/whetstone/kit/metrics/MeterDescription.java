package dev.whetstone.kit.metrics;

import java.util.List;

/**
 * What a meter is called and what it means.
 *
 * @param name with dots, as it is registered
 * @param unit what Prometheus' name ends with; empty for none
 * @param help one phrase without a full stop
 * @param combining how the values of loops without a label value of their own become one
 */
public record MeterDescription(
    String name,
    Type type,
    String unit,
    String help,
    List<LabelDescription> labels,
    Combining combining) {
  private static final String SECONDS = "seconds";

  public MeterDescription {
    labels = List.copyOf(labels);
  }

  /** The type as Prometheus sees it. */
  public enum Type {
    COUNTER,
    GAUGE,
    /** Count, sum and maximum of durations. */
    TIMER,
    /** A timer with buckets. */
    HISTOGRAM
  }

  /** Combines values with the same labels. */
  public enum Combining {
    SUM,
    MAX,
    /** Only loops with a label value of their own are shown. */
    LEAVE_OUT
  }

  /** A number that only grows. */
  public static MeterDescription counter(String name, String help, LabelDescription... labels) {
    return new MeterDescription(name, Type.COUNTER, "", help, List.of(labels), Combining.SUM);
  }

  /** A number of things. */
  public static MeterDescription gauge(String name, String help, LabelDescription... labels) {
    return new MeterDescription(name, Type.GAUGE, "", help, List.of(labels), Combining.SUM);
  }

  /** An age in seconds. */
  public static MeterDescription age(String name, String help, LabelDescription... labels) {
    return new MeterDescription(name, Type.GAUGE, SECONDS, help, List.of(labels), Combining.MAX);
  }

  /** A duration that is recorded. */
  public static MeterDescription timer(String name, String help) {
    return new MeterDescription(name, Type.TIMER, SECONDS, help, List.of(), Combining.SUM);
  }

  /** A duration that is recorded with buckets. */
  public static MeterDescription histogram(String name, String help) {
    return new MeterDescription(name, Type.HISTOGRAM, SECONDS, help, List.of(), Combining.SUM);
  }

  /** The same, shown only for loops with a label value of their own. */
  public MeterDescription onlyForLoopsOfTheirOwn() {
    return new MeterDescription(name, type, unit, help, labels, Combining.LEAVE_OUT);
  }

  /** The names of its labels. */
  public List<String> labelNames() {
    return labels.stream().map(LabelDescription::name).toList();
  }

  /** Whether the values of all labels are known when the service starts. */
  public boolean isClosed() {
    return labels.stream().allMatch(label -> label.kind() == LabelDescription.Kind.CLOSED);
  }

  /** The name in Prometheus; for a timer without {@code _count}, {@code _sum} and {@code _max}. */
  public String prometheusName() {
    String snake = name.replace('.', '_');
    String withUnit = unit.isEmpty() || snake.endsWith(unit) ? snake : snake + "_" + unit;
    return type == Type.COUNTER ? withUnit + "_total" : withUnit;
  }
}
