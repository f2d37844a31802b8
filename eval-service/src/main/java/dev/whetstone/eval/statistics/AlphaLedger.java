package dev.whetstone.eval.statistics;

/**
 * How much chance of a false promotion the next look may spend, given the looks before it. Every
 * judgement spends, also a repeated one.
 */
public sealed interface AlphaLedger permits AlphaSpending, LordPlusPlus {
  /** One-sided level of the next look. */
  double next();

  /** What is left now, as after a look that had nothing to spend on. */
  double left();

  /** What is left for all looks after the next. */
  double leftAfterNext();
}
