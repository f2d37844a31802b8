package dev.whetstone.contracts.loop;

/** The property of a candidate that a gate tests. */
public enum GateRole {
  /** Test items of the batch that the candidate was trained on: it must be superior. */
  FRESH,
  /** Test items of earlier adopted batches and the golden set: it must not be worse. */
  RETAIN,
  /** Items whose served answer users accepted: it must not be worse. */
  ACCEPTED,
  /** General abilities: it must not be worse. */
  FORGET,
  /** Answers to harmful prompts. */
  SAFETY,
  /** Equal answers to counterfactual pairs. */
  BIAS,
  /** Schema, length and repetition of the answers. */
  FORMAT,
  /** Backdoor triggers and planted facts: no critical item may fail. */
  CANARY
}
