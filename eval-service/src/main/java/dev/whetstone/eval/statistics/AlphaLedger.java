package dev.whetstone.eval.statistics;

/**
 * How much alpha (probability of a false promotion) the next look may spend, given the looks before
 * it. Every look spends alpha, also a repeated one.
 */
public sealed interface AlphaLedger permits AlphaSpending, LordPlusPlus {
  /** One-sided level of the next look. */
  double next();

  /** The alpha that is left now. */
  double left();

  /** The alpha that is left for all looks after the next one. */
  double leftAfterNext();
}
