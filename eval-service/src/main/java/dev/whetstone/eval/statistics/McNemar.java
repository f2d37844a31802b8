package dev.whetstone.eval.statistics;

import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * McNemar's test of paired binary outcomes; ties carry no information.
 *
 * @param wins items that only the candidate got right
 * @param losses items that only the champion got right
 */
public record McNemar(int wins, int losses) {
  public McNemar {
    if (wins < 0 || losses < 0) {
      throw new IllegalArgumentException("counts are not negative: " + wins + ", " + losses);
    }
  }

  /** Two-sided exact (binomial) p-value; 1 when nothing differs. */
  public double exactP() {
    int discordant = wins + losses;
    if (discordant == 0) {
      return 1;
    }
    double tail =
        BinomialDistribution.of(discordant, 0.5).cumulativeProbability(Math.min(wins, losses));
    return Math.min(1, 2 * tail);
  }

  /** χ² with Edwards' continuity correction, one degree of freedom. */
  public double correctedChiSquare() {
    int discordant = wins + losses;
    if (discordant == 0) {
      return 0;
    }
    double distance = Math.max(0, Math.abs(wins - losses) - 1);
    return distance * distance / discordant;
  }

  public double correctedP() {
    return ChiSquaredDistribution.of(1).survivalProbability(correctedChiSquare());
  }
}
