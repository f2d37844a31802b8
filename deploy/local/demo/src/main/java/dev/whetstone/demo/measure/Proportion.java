package dev.whetstone.demo.measure;

import java.util.Locale;

/**
 * A share of correct answers with its Wilson interval (Wilson 1927), 95 % two-sided.
 *
 * @param right correct answers of {@code n}
 */
public record Proportion(int right, int n) {
  private static final double Z = 1.959963984540054;

  public double value() {
    return n == 0 ? 0 : (double) right / n;
  }

  public double lower() {
    return n == 0 ? 0 : Math.max(0, centre() - half());
  }

  public double upper() {
    return n == 0 ? 1 : Math.min(1, centre() + half());
  }

  Proportion plus(Proportion other) {
    return new Proportion(right + other.right, n + other.n);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.3f [%.3f, %.3f] of %d", value(), lower(), upper(), n);
  }

  private double centre() {
    return (value() + Z * Z / (2 * n)) / (1 + Z * Z / n);
  }

  private double half() {
    double p = value();
    return Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));
  }
}
