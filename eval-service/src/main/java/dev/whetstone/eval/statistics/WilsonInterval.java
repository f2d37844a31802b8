package dev.whetstone.eval.statistics;

import dev.whetstone.contracts.decision.ConfidenceInterval;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** Wilson's score interval of a proportion, sound near 0 and 1 where the usual one is not. */
public final class WilsonInterval {
  private WilsonInterval() {}

  /**
   * @param level two-sided, for example 0.95
   * @throws IllegalArgumentException without items or with more successes than items
   */
  public static ConfidenceInterval interval(int successes, int n, double level) {
    if (n < 1 || successes < 0 || successes > n) {
      throw new IllegalArgumentException(successes + " of " + n + " is no proportion");
    }
    double z = NormalDistribution.of(0, 1).inverseCumulativeProbability(0.5 + level / 2);
    double share = (double) successes / n;
    double scale = 1 + z * z / n;
    double centre = (share + z * z / (2 * n)) / scale;
    double reach = z * Math.sqrt(share * (1 - share) / n + z * z / (4.0 * n * n)) / scale;
    return new ConfidenceInterval(Math.max(0, centre - reach), Math.min(1, centre + reach), level);
  }
}
