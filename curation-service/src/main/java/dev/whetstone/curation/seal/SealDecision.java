package dev.whetstone.curation.seal;

import dev.whetstone.contracts.batch.BatchTrigger;
import java.util.OptionalDouble;

/** Seal now, or wait and what is missing. */
public sealed interface SealDecision {
  /** Seal now. */
  record Seal(BatchTrigger trigger) implements SealDecision {}

  /**
   * Not yet.
   *
   * @param message for people, for example "37 of 50 to seal, decidable in about 2 days"
   * @param trainMissing train examples still needed
   * @param heldOutNeeded test items needed in total
   * @param heldOutMissing test items still needed
   * @param days until both are complete at today's rate; empty when nothing arrives
   */
  record Wait(
      String message, int trainMissing, int heldOutNeeded, int heldOutMissing, OptionalDouble days)
      implements SealDecision {}
}
