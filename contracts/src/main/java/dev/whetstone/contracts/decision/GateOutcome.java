package dev.whetstone.contracts.decision;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a gate came out. */
public enum GateOutcome {
  @JsonProperty("passed")
  PASSED,
  @JsonProperty("failed")
  FAILED,
  /** Too few items to tell. */
  @JsonProperty("undecided")
  UNDECIDED,
  /** Declared, but its suite is not there. */
  @JsonProperty("not_measured")
  NOT_MEASURED
}
