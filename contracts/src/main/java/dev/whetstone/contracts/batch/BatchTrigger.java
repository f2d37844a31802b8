package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a batch was sealed now. */
public enum BatchTrigger {
  @JsonProperty("volume")
  VOLUME,
  @JsonProperty("age")
  AGE,
  @JsonProperty("drift")
  DRIFT,
  @JsonProperty("manual")
  MANUAL,
  @JsonProperty("erasure")
  ERASURE
}
