package dev.whetstone.contracts.decision;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The outcome of a gate. */
public enum GateOutcome {
  @JsonProperty("passed")
  PASSED,
  @JsonProperty("failed")
  FAILED,
  /** Too few items for a result. */
  @JsonProperty("undecided")
  UNDECIDED,
  /** Declared, but its suite is missing. */
  @JsonProperty("not_measured")
  NOT_MEASURED
}
