package dev.whetstone.training.batch;

import java.util.Locale;

/** What may be done with a batch. */
public enum BatchState {
  /** New, or its candidate is not decided for good. */
  PENDING,
  /** Its candidate is, or was, the champion. */
  ADOPTED,
  /** Its candidate was refused or rolled back: it never comes back by itself. */
  SET_ASIDE,
  /** Its bytes are not what its manifest says. */
  WITHDRAWN;

  /** The name in tables and on the wire. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static BatchState parse(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
