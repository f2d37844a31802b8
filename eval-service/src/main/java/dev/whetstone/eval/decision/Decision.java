package dev.whetstone.eval.decision;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A decision as it is kept.
 *
 * @param body as it was published, verdict and reason as they stand now
 * @param rolloutWanted whether the champion is to be moved
 * @param approvedBy who confirmed or refused what was held
 */
public record Decision(
    String id,
    long ordinal,
    LoopId loop,
    String evaluationId,
    PromotionDecided body,
    DecisionFacts facts,
    boolean rolloutWanted,
    Adoption adoption,
    @Nullable String approvedBy,
    Instant decidedAt) {

  /**
   * What the decision asks training to do with the candidate's batches. Whether they are adopted is
   * training's to say: see {@code SealedBatch}.
   */
  public enum Adoption {
    NONE,
    /** The promotion stands: they are adopted once it is applied. */
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
