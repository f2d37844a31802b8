package dev.whetstone.contracts.decision;

/** The decision on a candidate. */
public enum Verdict {
  /** Better, and every enforced gate passed. */
  PROMOTE,
  /** Worse, or not better although there are enough items. */
  REJECT,
  /** Not yet decidable: more items are needed. */
  INCONCLUSIVE,
  /** A person must decide. */
  HOLD
}
