package dev.whetstone.curation.fate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The fate of an accepted event. Live fates always have a deadline. */
public enum Fate {
  /** Waits for its interaction, for feedback, or for its loop to be declared. */
  WAITING,
  /** Formed examples that the next cut may take. */
  READY,
  /** Held for review; a person may release it until the deadline. */
  QUARANTINED,
  /** At least one of its examples is in a sealed batch. */
  USED,
  /** Kept with the interaction, but forms no example. */
  CONTEXT,
  /** Retracted or superseded by its sender. */
  WITHDRAWN,
  REJECTED,
  DEAD_LETTERED,
  ERASED;

  /** Whether it can still change without a new event. */
  public boolean live() {
    return this == WAITING || this == READY || this == QUARANTINED;
  }

  /** The name on the wire and in the database. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Fate of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
