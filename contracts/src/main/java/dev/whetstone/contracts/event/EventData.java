package dev.whetstone.contracts.event;

import dev.whetstone.contracts.loop.LoopSpec;
import java.time.Instant;
import java.util.List;

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

  /**
   * Events on {@code TopicNames.SCORING}: eval requests the likelihoods of reference answers,
   * training answers with the scores or with the reason why there are none. The records are nested
   * here because the events of a topic must be in one package with {@link EventData}.
   */
  sealed interface ScoringEvent extends EventData {
    /** Names the request and its answer. */
    String scoringId();

    /**
     * Requests how likely the base model, and the base model with each adapter, finds reference
     * answers.
     *
     * @param loopSpecSha256 the declaration that the evaluation obeys
     * @param items JSON lines of {@code ScoringItem}
     * @param adapters scored besides the base model; may be empty
     * @param deadline when the requester stops waiting; the job ends then, whatever its state
     */
    record Requested(
        String scoringId,
        String evaluationId,
        String loopSpecSha256,
        LoopSpec.BaseModel baseModel,
        Items items,
        List<Adapter> adapters,
        Instant deadline)
        implements ScoringEvent {
      public Requested {
        adapters = List.copyOf(adapters);
      }
    }

    /** A file of items. */
    record Items(String uri, String sha256, int count) {}

    /**
     * An adapter in PEFT layout.
     *
     * @param sha256 of the directory
     */
    record Adapter(String checkpointId, String uri, String sha256) {}

    /**
     * The items are scored.
     *
     * @param scoresUri JSON lines of {@code ScoreRow}
     * @param leftOut the first items that could not be scored, at most twenty
     */
    record Completed(
        String scoringId,
        String evaluationId,
        String scoresUri,
        String scoresSha256,
        Counts counts,
        List<LeftOut> leftOut)
        implements ScoringEvent {
      public Completed {
        leftOut = List.copyOf(leftOut);
      }
    }

    /** Numbers of items. */
    record Counts(int items, int scored, int leftOut) {}

    /** An item that could not be scored. */
    record LeftOut(String itemId, String reason) {}

    /**
     * The items are not scored and will not be.
     *
     * @param code stable, from a bounded set
     * @param reason in a sentence, with the remedy
     */
    record Failed(String scoringId, String evaluationId, String code, String reason)
        implements ScoringEvent {}
  }
}
