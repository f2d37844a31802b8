package dev.whetstone.eval.decision;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A decision as it is stored.
 *
 * @param body the event as last published, with the current verdict and reason
 * @param rolloutRequested whether the candidate is to be put into service
 * @param approvedBy application whose key approved or refused a held decision
 */
public record Decision(
    String id,
    long ordinal,
    LoopId loop,
    String evaluationId,
    PromotionDecided body,
    DecisionFacts facts,
    boolean rolloutRequested,
    Adoption adoption,
    @Nullable String approvedBy,
    Instant decidedAt) {

  /**
   * What training is to do with the candidate's batches. Training decides whether they are adopted;
   * see {@code SealedBatch}.
   */
  public enum Adoption {
    NONE,
    /** Promoted: they are adopted once the promotion is applied. */
    ADOPTED,
    /** The rollout failed: they stay pending. */
    WITHDRAWN,
    /** The promotion was rolled back: they are set aside. */
    ROLLED_BACK
  }

  public Verdict verdict() {
    return body.verdict();
  }
}
