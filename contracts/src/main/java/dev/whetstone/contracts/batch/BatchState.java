package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The state of a sealed batch. Training decides it; the other services project its events. */
public enum BatchState {
  /** New, or without a final decision about a candidate that was trained on it. */
  PENDING,
  /** A candidate that was trained on it is, or was, the champion: every later run trains on it. */
  ADOPTED,
  /** No later run trains on it. It never returns by itself. */
  SET_ASIDE,
  /** Its files do not match its manifest. */
  WITHDRAWN;

  /** The name on the wire and in tables. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException when no state has this name
   */
  public static BatchState ofWireName(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
