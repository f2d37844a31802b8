package dev.whetstone.eval.statistics;

/**
 * Alpha spending per champion: look k gets α·6/(π²k²). This sums to α over infinitely many looks,
 * so candidates that equal this champion replace it with probability at most α.
 *
 * @param alpha for all looks against the champion
 * @param looks number of looks against this champion so far
 */
public record AlphaSpending(double alpha, int looks) implements AlphaLedger {
  private static final double SHARE = 6 / (Math.PI * Math.PI);

  public AlphaSpending {
    if (!(alpha > 0 && alpha < 1) || looks < 0) {
      throw new IllegalArgumentException("alpha %s, looks %d".formatted(alpha, looks));
    }
  }

  @Override
  public double next() {
    return share(looks + 1);
  }

  @Override
  public double left() {
    double spent = 0;
    for (int look = 1; look <= looks; look++) {
      spent += share(look);
    }
    return Math.max(0, alpha - spent);
  }

  @Override
  public double leftAfterNext() {
    return Math.max(0, left() - next());
  }

  private double share(int look) {
    return alpha * SHARE / ((double) look * look);
  }
}
