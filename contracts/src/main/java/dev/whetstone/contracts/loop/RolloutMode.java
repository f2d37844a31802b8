package dev.whetstone.contracts.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens after a decision to promote. */
public enum RolloutMode {
  /** The decision is recorded; the champion stays. */
  @JsonProperty("observe")
  OBSERVE,
  /** A person confirms the promotion. */
  @JsonProperty("approve")
  APPROVE,
  /** Traffic moves in steps; this version has no steps and holds the decision. */
  @JsonProperty("canary")
  CANARY,
  /** The candidate is promoted at once. */
  @JsonProperty("auto")
  AUTO
}
