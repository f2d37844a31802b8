package dev.whetstone.contracts.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How far a decision goes by itself. */
public enum RolloutMode {
  /** Decide and record, change nothing. */
  @JsonProperty("observe")
  OBSERVE,
  /** A person confirms. */
  @JsonProperty("approve")
  APPROVE,
  /** Traffic moves in steps. */
  @JsonProperty("canary")
  CANARY,
  /** Promote at once. */
  @JsonProperty("auto")
  AUTO
}
