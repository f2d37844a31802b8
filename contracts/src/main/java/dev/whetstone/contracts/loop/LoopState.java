package dev.whetstone.contracts.loop;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a declared loop works. An operator changes it without changing the declaration. */
public enum LoopState {
  @JsonProperty("active")
  ACTIVE,
  /**
   * Feedback is accepted and joined and the champion stays in service, but nothing is sealed, and
   * no run or evaluation begins. Those under way end.
   */
  @JsonProperty("paused")
  PAUSED,
  /** The loop is unknown to every service until it is declared again. */
  @JsonProperty("deleted")
  DELETED
}
