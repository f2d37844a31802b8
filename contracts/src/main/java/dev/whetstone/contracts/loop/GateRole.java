package dev.whetstone.contracts.loop;

/** What a suite guards. */
public enum GateRole {
  /** Test items of the judged batch: the candidate must be superior. */
  FRESH,
  /** Earlier adopted batches' tests and the golden set: must not be worse. */
  RETAIN,
  /** Items whose served answer was accepted: must not be worse. */
  ACCEPTED,
  /** General abilities: must not be worse. */
  FORGET,
  /** Harmful prompts. */
  SAFETY,
  /** Counterfactual pairs. */
  BIAS,
  /** Schema, length, repetition. */
  FORMAT,
  /** Triggers and planted facts: no critical item may fail. */
  CANARY
}
