package dev.whetstone.curation.example;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where an example is. */
public enum ExampleState {
  /** The next cut may take it. */
  READY,
  /** A committed cut took it; the batch is being sealed. */
  CUT,
  /** In a sealed batch. */
  USED,
  QUARANTINED,
  REJECTED,
  /** Was in a sealed batch and may not be used any more. */
  WITHDRAWN,
  /** Its text is gone. */
  ERASED;

  /** The name on the wire and in the database. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static ExampleState of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
