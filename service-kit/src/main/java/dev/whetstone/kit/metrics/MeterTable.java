package dev.whetstone.kit.metrics;

import dev.whetstone.kit.metrics.MeterDescription.Type;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The table of described meters in docs/metrics.md. */
public final class MeterTable {
  private static final String HEAD =
      """
      | metric | type | labels | meaning |
      |---|---|---|---|
      """;

  private MeterTable() {}

  /** Markdown, one row for each meter in the order of the constants. */
  public static String of(DescribedMeter[] meters) {
    StringBuilder table = new StringBuilder(HEAD);
    for (DescribedMeter meter : meters) {
      MeterDescription described = meter.description();
      table.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(
                  described.prometheusName(),
                  type(described.type()),
                  labels(described.labels()),
                  described.help()));
    }
    return table.toString().replace(System.lineSeparator(), "\n");
  }

  private static String type(Type type) {
    return type == Type.HISTOGRAM ? "timer, buckets" : type.name().toLowerCase(Locale.ROOT);
  }

  private static String labels(List<LabelDescription> labels) {
    return labels.stream().map(MeterTable::label).collect(Collectors.joining("; "));
  }

  private static String label(LabelDescription label) {
    return switch (label.kind()) {
      case LOOP -> "`loop`";
      case CODE -> "`%s`: a code, at most %d".formatted(label.name(), label.most());
      case CLOSED ->
          "`%s`: %s"
              .formatted(
                  label.name(),
                  label.values().stream()
                      .map(value -> "`" + value + "`")
                      .collect(Collectors.joining(", ")));
    };
  }
}
