package dev.whetstone.training.run;

import java.time.Instant;

/** What follows an attempt that ended without a checkpoint. */
public sealed interface NextStep {
  /** Another attempt, from the newest complete resume point. */
  record Again(Instant notBefore, Run.Tally tally, String reason) implements NextStep {}

  /** None: the run failed. */
  record GiveUp(String code, String reason) implements NextStep {}
}
