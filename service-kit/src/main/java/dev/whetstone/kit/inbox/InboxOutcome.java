package dev.whetstone.kit.inbox;

/** What the inbox says to an event (invariant I2). */
public enum InboxOutcome {
  /** Never seen: it takes effect now. */
  FRESH,
  /** Seen with the same body: nothing to do. */
  SAME,
  /** Seen with another body. */
  CONFLICT
}
