package dev.whetstone.contracts.decision;

/** What becomes of a candidate. */
public enum Verdict {
  /** Better, and nothing enforced is broken. */
  PROMOTE,
  /** Worse, or no better with enough items. */
  REJECT,
  /** Cannot be told yet: waits for more items. */
  INCONCLUSIVE,
  /** A person must look. */
  HOLD
}
