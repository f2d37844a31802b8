package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The part of the data that a conversation belongs to; it never changes (invariant I8). */
public enum Split {
  @JsonProperty("train")
  TRAIN,
  @JsonProperty("validation")
  VALIDATION,
  @JsonProperty("test")
  TEST;

  /** The name on the wire and in file names. */
  public String wireName() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
