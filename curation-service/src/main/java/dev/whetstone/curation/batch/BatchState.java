package dev.whetstone.curation.batch;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of a sealed batch. */
public enum BatchState {
  /** Not decided yet, or inconclusive. */
  PENDING,
  /** Its candidate was promoted. */
  ADOPTED,
  /** Its candidate was rejected or rolled back; it never comes back by itself. */
  SET_ASIDE,
  /** Its files no longer verify, or it may not be used at all. */
  WITHDRAWN;

  /** The name on the wire and in the database. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static BatchState of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
