package dev.whetstone.demo.loop;

import java.util.List;

/** Renders a curve as one line of text. */
final class Sparkline {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private Sparkline() {}

  /** The values in at most {@code width} characters; each shows the mean of its segment. */
  static String of(List<Double> values, int width) {
    if (values.isEmpty()) {
      return "";
    }
    int columns = Math.min(width, values.size());
    double[] means = new double[columns];
    for (int i = 0; i < columns; i++) {
      int from = i * values.size() / columns;
      int to = Math.max(from + 1, (i + 1) * values.size() / columns);
      means[i] =
          values.subList(from, to).stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
    double min = java.util.Arrays.stream(means).min().orElse(0);
    double max = java.util.Arrays.stream(means).max().orElse(0);
    StringBuilder line = new StringBuilder();
    for (double mean : means) {
      double share = max > min ? (mean - min) / (max - min) : 0;
      line.append(BARS.charAt((int) Math.round(share * (BARS.length() - 1))));
    }
    return line.toString();
  }
}
