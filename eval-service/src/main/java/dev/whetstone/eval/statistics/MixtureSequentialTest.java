package dev.whetstone.eval.statistics;

/**
 * The mixture sequential probability ratio test of a normal mean (mSPRT): valid at any number of
 * looks at <em>one</em> candidate. It is a figure to show, never the rule that promotes: applied
 * anew to each of many equal candidates it promotes one of them falsely in half of all series.
 *
 * @param variance V of one difference
 * @param mixingVariance τ² of the effect sizes thought possible
 */
public record MixtureSequentialTest(double variance, double mixingVariance) {
  public MixtureSequentialTest {
    if (!(variance > 0) || !(mixingVariance > 0)) {
      throw new IllegalArgumentException(
          "variances are positive, not " + variance + " and " + mixingVariance);
    }
  }

  /** Λ_n = √(V/(V+nτ²)) · exp(n²τ²d̄² / (2V(V+nτ²))). */
  public double likelihoodRatio(int n, double mean) {
    double total = variance + n * mixingVariance;
    double exponent = (double) n * n * mixingVariance * mean * mean / (2 * variance * total);
    return Math.sqrt(variance / total) * Math.exp(exponent);
  }

  /** Always-valid p-value after one look. */
  public double pValue(int n, double mean) {
    return Math.min(1, 1 / likelihoodRatio(n, mean));
  }
}
