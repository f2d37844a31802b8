package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which part of the data a conversation belongs to, for ever (invariant I8). */
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
