package dev.whetstone.training.run;

import java.time.Instant;

/** The step after an attempt that ended without a checkpoint. */
public sealed interface NextStep {
  /** Another attempt, from the newest complete resume point. */
  record Again(Instant notBefore, RunTally tally, String reason) implements NextStep {}

  /** No other attempt: the run fails. */
  record GiveUp(String code, String reason) implements NextStep {}
}
