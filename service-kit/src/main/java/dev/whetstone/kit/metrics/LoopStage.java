package dev.whetstone.kit.metrics;

/** Where an item of a loop waits for what comes next. */
public enum LoopStage {
  /** Curation: a ready example that no batch has. */
  EXAMPLE,
  /** Curation: a cut whose batch is not sealed. */
  CUT,
  /** Training: a sealed batch that no run has taken. */
  BATCH,
  /** Training: a run that has not ended. */
  RUN,
  /** Training: an attempt whose worker has not started; it waits for quota or for a slot. */
  QUEUE,
  /** Training: a checkpoint about which no decision was heard. */
  CANDIDATE,
  /** Eval: an evaluation that has not ended. */
  EVALUATION,
  /** Eval: a decision that waits for a person. */
  APPROVAL,
  /** Eval: a promotion that is not applied on every replica. */
  ROLLOUT
}
