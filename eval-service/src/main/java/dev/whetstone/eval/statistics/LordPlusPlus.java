package dev.whetstone.eval.statistics;

import java.util.List;

/**
 * LORD++: online control of the false discovery rate over all looks of a loop. A promotion earns
 * alpha that later looks may spend. It needs new items at each look.
 *
 * <p>Levels after Ramdas, Yang, Wainwright and Jordan, "Online control of the false discovery rate
 * with decaying memory" (2017): α_t = γ_t·w₀ + (q−w₀)·γ_{t−τ₁} + q·Σ_{j≥2} γ_{t−τⱼ}, with γ_t
 * proportional to log(max(t,2)) / (t·exp(√log t)).
 *
 * @param rate q, the false discovery rate
 * @param discoveries whether each earlier look promoted, oldest first
 */
public record LordPlusPlus(double rate, List<Boolean> discoveries) implements AlphaLedger {
  private static final double NORMALISER = 0.07720838;

  public LordPlusPlus {
    if (!(rate > 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "the false discovery rate must be between 0 and 1, not " + rate);
    }
    discoveries = List.copyOf(discoveries);
  }

  @Override
  public double next() {
    int look = discoveries.size() + 1;
    double startingWealth = rate / 2;
    double level = gamma(look) * startingWealth;
    boolean first = true;
    for (int earlier = 1; earlier < look; earlier++) {
      if (discoveries.get(earlier - 1)) {
        level += (first ? rate - startingWealth : rate) * gamma(look - earlier);
        first = false;
      }
    }
    return level;
  }

  @Override
  public double left() {
    double earned = 0;
    boolean first = true;
    for (boolean discovery : discoveries) {
      if (discovery) {
        earned += first ? rate / 2 : rate;
        first = false;
      }
    }
    double spent = 0;
    for (int look = 0; look < discoveries.size(); look++) {
      spent += new LordPlusPlus(rate, discoveries.subList(0, look)).next();
    }
    return Math.max(0, rate / 2 + earned - spent);
  }

  @Override
  public double leftAfterNext() {
    return Math.max(0, left() - next());
  }

  private static double gamma(int look) {
    return NORMALISER * Math.log(Math.max(look, 2)) / (look * Math.exp(Math.sqrt(Math.log(look))));
  }
}
