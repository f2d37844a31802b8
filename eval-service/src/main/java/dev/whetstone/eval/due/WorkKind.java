package dev.whetstone.eval.due;

import java.util.Locale;

/** The kinds of work that a loop can be due for. */
public enum WorkKind {
  EVALUATION,
  ROLLOUT;

  /** The name in the table and in the names of leases. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
