package dev.whetstone.kit.inbox;

/** How the inbox classifies an event (invariant I2). */
public enum InboxOutcome {
  /** Not seen before: it takes effect now. */
  FRESH,
  /** Seen with the same body: a duplicate, dropped. */
  SAME,
  /** Seen with a different body: a dead letter. */
  CONFLICT
}
