package dev.whetstone.contracts.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The answer to a status report. */
public record WorkerDirective(Action directive) {
  /** What the worker does next. */
  public enum Action {
    @JsonProperty("continue")
    CONTINUE,
    @JsonProperty("save_and_stop")
    SAVE_AND_STOP,
    @JsonProperty("stop")
    STOP
  }
}
