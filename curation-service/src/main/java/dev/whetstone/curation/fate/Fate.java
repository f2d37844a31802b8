package dev.whetstone.curation.fate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of an accepted event. The live ones always have a deadline. */
public enum Fate {
  /** For its interaction, for feedback, or for its loop to be declared. */
  WAITING,
  /** It formed examples that the next cut may take. */
  READY,
  /** A person may release it until the deadline. */
  QUARANTINED,
  /** At least one example of it lies in a sealed batch. */
  USED,
  /** Known and kept beside the interaction, but no example. */
  CONTEXT,
  /** Taken back by who sent it. */
  WITHDRAWN,
  REJECTED,
  DEAD_LETTERED,
  ERASED;

  /** Whether it may still become something else by itself. */
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
