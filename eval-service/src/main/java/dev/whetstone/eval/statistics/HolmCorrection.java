package dev.whetstone.eval.statistics;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Holm's step-down correction: any false rejection has probability at most α. */
public final class HolmCorrection {
  private HolmCorrection() {}

  /**
   * Adjusted p-values in the given order; a hypothesis is rejected if its value is at most α.
   *
   * @throws IllegalArgumentException for a value outside 0 to 1
   */
  public static double[] adjust(double... pValues) {
    int[] order =
        IntStream.range(0, pValues.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> pValues[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = new double[pValues.length];
    double largest = 0;
    for (int rank = 0; rank < order.length; rank++) {
      double p = pValues[order[rank]];
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("a p-value must be between 0 and 1, not " + p);
      }
      largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
      adjusted[order[rank]] = largest;
    }
    return adjusted;
  }

  /** Which hypotheses are rejected at family-wise level α. */
  public static boolean[] rejected(double alpha, double... pValues) {
    double[] adjusted = adjust(pValues);
    boolean[] rejected = new boolean[adjusted.length];
    for (int i = 0; i < adjusted.length; i++) {
      rejected[i] = adjusted[i] <= alpha;
    }
    return rejected;
  }
}
