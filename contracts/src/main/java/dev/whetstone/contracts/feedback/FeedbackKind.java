package dev.whetstone.contracts.feedback;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The kind of feedback in an event. */
public enum FeedbackKind {
  @JsonProperty("thumb")
  THUMB,
  @JsonProperty("rating")
  RATING,
  @JsonProperty("correction")
  CORRECTION,
  @JsonProperty("preference")
  PREFERENCE,
  @JsonProperty("demonstration")
  DEMONSTRATION,
  @JsonProperty("comment")
  COMMENT,
  @JsonProperty("implicit")
  IMPLICIT,
  @JsonProperty("outcome")
  OUTCOME;

  /** The name on the wire. */
  public String wireName() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
