package dev.whetstone.eval.statistics;

import dev.whetstone.contracts.decision.ConfidenceInterval;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The mean of paired differences (candidate minus champion on the same item) and how sure it is.
 *
 * @param n items
 * @param mean of the differences
 * @param standardError of the mean; infinite where nothing says how much the mean varies
 * @param degreesOfFreedom of Student's t: items less one, or clusters less one
 */
public record PairedDifference(int n, double mean, double standardError, int degreesOfFreedom) {
  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  /** Fewer clusters say little about the spread between them. */
  public static final int LEAST_CLUSTERS = 10;

  public PairedDifference {
    if (n < 2 || degreesOfFreedom < 1 || !(standardError > 0)) {
      throw new IllegalArgumentException(
          "a paired difference needs two items and a positive standard error, not n=%d, se=%s"
              .formatted(n, standardError));
    }
  }

  /** Takes every item as independent. */
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
   * Takes items of one cluster (an end user, a conversation) as alike: the standard error is
   * √(Σ_c(Σ_{i∈c}(x_i−x̄))²)/n. With fewer than {@link #LEAST_CLUSTERS} clusters it is at least
   * that of independent items, since so few sums underestimate the spread; one cluster alone shows
   * none, and its mean is known to no precision at all.
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

  /** Whether the items come from so few clusters that their number says little. */
  public boolean isOfFewClusters() {
    return Double.isInfinite(standardError) || degreesOfFreedom + 1 < Math.min(n, LEAST_CLUSTERS);
  }

  /**
   * How many items it takes, were all of them ties, for the lower end of the interval to come above
   * minus the margin: the least m with t / m below it. An item more is taken as one of another end
   * user.
   *
   * @param alpha one-sided
   * @param margin above 0
   * @return at most n when n suffice
   */
  public long itemsToShow(double margin, double alpha) {
    // Student's t lies above the normal distribution, so that fewer never suffice.
    long items = Math.max(n, (long) (NORMAL.inverseCumulativeProbability(1 - alpha) / margin));
    while (!(reachOfTies(items, alpha) < margin)) {
      items++;
    }
    return items;
  }

  private double reachOfTies(long items, double alpha) {
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

  /** Chance, were the true difference {@code bound}, of a mean at least this high. */
  public double pAbove(double bound) {
    return student().survivalProbability((mean - bound) / standardError);
  }

  /** Chance, were the true difference {@code bound}, of a mean at least this low. */
  public double pBelow(double bound) {
    return student().cumulativeProbability((mean - bound) / standardError);
  }

  /** Two-sided p-value of no difference. */
  public double pTwoSided() {
    return Math.min(1, 2 * student().survivalProbability(Math.abs(mean) / standardError));
  }

  private TDistribution student() {
    return TDistribution.of(degreesOfFreedom);
  }

  private ConfidenceInterval interval(double level, ContinuousDistribution distribution) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("a level lies between 0 and 1, not " + level);
    }
    double reach = distribution.inverseCumulativeProbability(0.5 + level / 2) * standardError;
    return new ConfidenceInterval(mean - reach, mean + reach, level);
  }

  /** Where nothing differs, one item might have: a handful of ties must not look like certainty. */
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
