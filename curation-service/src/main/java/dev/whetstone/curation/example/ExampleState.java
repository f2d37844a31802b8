package dev.whetstone.curation.example;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The state of an example. */
public enum ExampleState {
  /** The next cut may take it. */
  READY,
  /** A committed cut took it; the batch is being sealed. */
  CUT,
  /** In a sealed batch. */
  USED,
  QUARANTINED,
  REJECTED,
  /** In a sealed batch, but must not be used any more. */
  WITHDRAWN,
  /** Its text has been deleted. */
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
