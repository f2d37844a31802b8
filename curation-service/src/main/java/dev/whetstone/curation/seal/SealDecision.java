package dev.whetstone.curation.seal;

import dev.whetstone.contracts.batch.BatchTrigger;
import java.util.OptionalDouble;

/** Seal now, or what is still missing. */
public sealed interface SealDecision {
  /** Enough is there. */
  record Seal(BatchTrigger trigger) implements SealDecision {}

  /**
   * Not yet.
   *
   * @param message for people, for example "37 of 50 to seal, decidable in about 2 days"
   * @param trainMissing train examples still needed
   * @param heldOutNeeded test items needed in all
   * @param heldOutMissing test items still needed
   * @param days until both are there at today's rate; empty when nothing comes in
   */
  record Wait(
      String message, int trainMissing, int heldOutNeeded, int heldOutMissing, OptionalDouble days)
      implements SealDecision {}
}
