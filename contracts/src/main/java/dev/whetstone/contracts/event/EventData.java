package dev.whetstone.contracts.event;

/**
 * The data of one CloudEvent. Each event type has exactly one record. The nested interfaces list
 * the records of each topic, so that a consumer's switch over its topic's events is exhaustive
 * without a {@code default}: a new event type does not compile until every consumer handles it.
 */
public sealed interface EventData {
  /** Events on {@code TopicNames.FEEDBACK}. */
  sealed interface FeedbackEvent extends EventData
      permits InteractionRecorded, FeedbackGiven, FeedbackRetracted, EndUserErased {}

  /** Events on {@code TopicNames.BATCHES}. */
  sealed interface BatchEvent extends EventData
      permits BatchSealed, BatchAdopted, BatchSetAside, BatchTainted {}

  /** Events on {@code TopicNames.CHECKPOINTS}. */
  sealed interface CheckpointEvent extends EventData permits CheckpointReady, CheckpointTainted {}

  /** Events on {@code TopicNames.FINDINGS}. */
  sealed interface FindingEvent extends EventData permits FindingReported {}

  /** Events on {@code TopicNames.DECISIONS}. */
  sealed interface DecisionEvent extends EventData
      permits PromotionDecided, PromotionApplied, PromotionFailed, PromotionRolledBack {}

  /** Events on {@code TopicNames.CHAMPIONS}. */
  sealed interface ChampionEvent extends EventData permits ChampionSet {}

  /** Events on {@code TopicNames.LOOPS}. */
  sealed interface LoopEvent extends EventData permits LoopDeclared {}
}
