package dev.whetstone.eval.decision;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.PromotionDecided;
import java.time.Instant;
import java.util.List;
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

  /** Whether the batches behind the candidate count as adopted. */
  public enum Adoption {
    NONE,
    ADOPTED,
    /** The rollout failed: they are pending again. */
    WITHDRAWN,
    /** The promotion was rolled back: they were set aside. */
    ROLLED_BACK
  }

  public Verdict verdict() {
    return body.verdict();
  }

  /** Batches that were set aside with this decision. */
  public List<String> rejectedBatches() {
    return verdict() == Verdict.REJECT || adoption == Adoption.ROLLED_BACK
        ? body.batchIds()
        : List.of();
  }
}
