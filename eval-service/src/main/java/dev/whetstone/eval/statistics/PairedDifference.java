package dev.whetstone.eval.statistics;

import dev.whetstone.contracts.decision.ConfidenceInterval;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The mean of paired differences (candidate minus champion on the same item) and its precision.
 *
 * @param n number of items
 * @param mean of the differences
 * @param standardError of the mean; infinite if it cannot be estimated
 * @param degreesOfFreedom of Student's t: items less one, or clusters less one
 */
public record PairedDifference(int n, double mean, double standardError, int degreesOfFreedom) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /** Fewer clusters are too few to estimate the spread between them. */
  public static final int LEAST_CLUSTERS = 10;

  public PairedDifference {
    if (n < 2 || degreesOfFreedom < 1 || !(standardError > 0)) {
      throw new IllegalArgumentException(
          "a paired difference needs two items and a positive standard error, not n=%d, se=%s"
              .formatted(n, standardError));
    }
  }

  /** Treats all items as independent. */
  public static PairedDifference of(double[] differences) {
    int n = requireTwo(differences);
    double mean = mean(differences);
    double sum = 0;
    for (double difference : differences) {
      sum += (difference - mean) * (difference - mean);
    }
    return new PairedDifference(n, mean, floored(Math.sqrt(sum / (n - 1) / n), n), n - 1);
  }

  /**
   * Treats items of one cluster (an end user, a conversation) as correlated: the standard error is
   * √(Σ_c(Σ_{i∈c}(x_i−x̄))²)/n. With fewer than {@link #LEAST_CLUSTERS} clusters it is at least
   * that of independent items, since few sums underestimate the spread. With one cluster it is
   * infinite, since the spread cannot be estimated.
   *
   * @param clusters one name per difference
   */
  public static PairedDifference clustered(double[] differences, List<String> clusters) {
    int n = requireTwo(differences);
    if (clusters.size() != n) {
      throw new IllegalArgumentException(
          "%d differences but %d cluster names".formatted(n, clusters.size()));
    }
    double mean = mean(differences);
    Map<String, Double> sums = new HashMap<>();
    for (int i = 0; i < n; i++) {
      sums.merge(clusters.get(i), differences[i] - mean, Double::sum);
    }
    if (sums.size() < 2) {
      return new PairedDifference(n, mean, Double.POSITIVE_INFINITY, 1);
    }
    double squares = sums.values().stream().mapToDouble(sum -> sum * sum).sum();
    double clustered = floored(Math.sqrt(squares) / n, n);
    double standardError =
        sums.size() < LEAST_CLUSTERS
            ? Math.max(clustered, of(differences).standardError())
            : clustered;
    return new PairedDifference(n, mean, standardError, sums.size() - 1);
  }

  /** Whether the clusters are too few to estimate the spread between them. */
  public boolean isOfFewClusters() {
    return Double.isInfinite(standardError) || degreesOfFreedom + 1 < Math.min(n, LEAST_CLUSTERS);
  }

  /**
   * The number of items at which the lower end of the interval would be above minus the margin if
   * all of them were ties: the least m with t / m below the margin. Each additional item counts as
   * one of another end user.
   *
   * @param margin above 0
   * @param alpha one-sided level
   * @return n if n items suffice
   */
  public long itemsToShow(double margin, double alpha) {
    // Student's t quantile is above the normal one, so fewer items never suffice.
    long items = Math.max(n, (long) (NORMAL.inverseCumulativeProbability(1 - alpha) / margin));
    while (!(halfWidthOfTies(items, alpha) < margin)) {
      items++;
    }
    return items;
  }

  private double halfWidthOfTies(long items, double alpha) {
    double freedom = (double) degreesOfFreedom + items - n;
    return TDistribution.of(freedom).inverseCumulativeProbability(1 - alpha) / items;
  }

  /** Two-sided interval by Student's t. */
  public ConfidenceInterval interval(double level) {
    return interval(level, student());
  }

  /** Two-sided interval by the normal distribution, the large-sample form found in textbooks. */
  public ConfidenceInterval normalInterval(double level) {
    return interval(level, NORMAL);
  }

  /** Probability of a mean at least this high if the true difference is {@code bound}. */
  public double pAbove(double bound) {
    return student().survivalProbability((mean - bound) / standardError);
  }

  /** Probability of a mean at least this low if the true difference is {@code bound}. */
  public double pBelow(double bound) {
    return student().cumulativeProbability((mean - bound) / standardError);
  }

  /** Two-sided p-value for no difference. */
  public double pTwoSided() {
    return Math.min(1, 2 * student().survivalProbability(Math.abs(mean) / standardError));
  }

  private TDistribution student() {
    return TDistribution.of(degreesOfFreedom);
  }

  private ConfidenceInterval interval(double level, ContinuousDistribution distribution) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("a level must be between 0 and 1, not " + level);
    }
    double halfWidth = distribution.inverseCumulativeProbability(0.5 + level / 2) * standardError;
    return new ConfidenceInterval(mean - halfWidth, mean + halfWidth, level);
  }

  /** A standard error of 0 becomes 1/n, as if one item differed: few ties are not certainty. */
  private static double floored(double standardError, int n) {
    return standardError < 1e-12 ? 1.0 / n : standardError;
  }

  private static int requireTwo(double[] differences) {
    if (differences.length < 2) {
      throw new IllegalArgumentException(
          "paired differences need at least 2 items, not " + differences.length);
    }
    return differences.length;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
