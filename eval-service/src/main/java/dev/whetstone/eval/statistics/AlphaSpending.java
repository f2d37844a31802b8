package dev.whetstone.eval.statistics;

/**
 * Alpha spending per champion: look k gets α·6/(π²k²), which sums to α over all looks that ever
 * come, so that an equal candidate replaces this champion with chance at most α however many try.
 *
 * @param alpha for the champion's whole reign
 * @param looks judgements against this champion so far
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
