package dev.whetstone.curation.seal;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Number of held-out items needed to decide a comparison of two models.
 *
 * <p>Both models answer the same items, right or wrong. An item's difference is +1 (only the
 * candidate is right), −1 (only the champion) or 0. With mean {@code d} (the effect to detect) and
 * discordance {@code ψ = P(+1) + P(−1)}, its variance is {@code ψ − d²}. A one-sided test at level
 * {@code α} that the mean exceeds {@code δ₀} (the gate's margin) reaches power {@code 1 − β} at
 *
 * <pre>n = ⌈ ( (z₁₋α·√(ψ − δ₀²) + z₁₋β·√(ψ − d²)) / (d − δ₀) )² ⌉</pre>
 *
 * <p>ψ is not known before there is a candidate. The forecast takes {@code ψ = min(1, d + 2·ℓ)}
 * with {@code ℓ} = {@value #LOSSES}: besides the net gain, one item in twenty gets worse and as
 * many get better. The formula ignores dependence between items of one end user; the gate's {@code
 * minItems} guards against it.
 */
public final class PowerForecast {
  /** Share of items that get worse although the candidate is better. */
  public static final double LOSSES = 0.05;

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

  private PowerForecast() {}

  /**
   * Items needed.
   *
   * @param effect to detect, 0 to 1, above {@code margin}
   * @param margin the gate's least difference, 0 to below {@code effect}
   * @param power 0 to 1, for example 0.8
   * @param alpha one-sided level, for example 0.05
   * @throws IllegalArgumentException when the effect is not above the margin: no number of items
   *     suffices
   */
  public static int itemsNeeded(double effect, double margin, double power, double alpha) {
    if (!decidable(effect, margin)) {
      throw new IllegalArgumentException(
          "expectedEffect "
              + effect
              + " must be above the gate's margin "
              + margin
              + " and at most 1; raise curation.seal.expectedEffect");
    }
    double discordance = discordance(effect);
    double underNull = Math.sqrt(discordance - margin * margin);
    double underEffect = Math.sqrt(Math.max(0, discordance - effect * effect));
    double quantiles = z(1 - alpha) * underNull + z(power) * underEffect;
    return (int) Math.ceil(Math.pow(quantiles / (effect - margin), 2));
  }

  /** Whether some number of items can distinguish this effect from the margin. */
  public static boolean decidable(double effect, double margin) {
    return effect > margin && effect <= 1;
  }

  /** Power of a test with {@code items}, 0 to 1; the inverse of {@link #itemsNeeded}. */
  public static double power(int items, double effect, double margin, double alpha) {
    double discordance = discordance(effect);
    double underNull = Math.sqrt(discordance - margin * margin);
    double underEffect = Math.sqrt(Math.max(1e-12, discordance - effect * effect));
    double distance = (effect - margin) * Math.sqrt(items) - z(1 - alpha) * underNull;
    return NORMAL.cumulativeProbability(distance / underEffect);
  }

  private static double discordance(double effect) {
    return Math.min(1, effect + 2 * LOSSES);
  }

  private static double z(double probability) {
    return NORMAL.inverseCumulativeProbability(probability);
  }
}
