package dev.whetstone.eval.likelihood;

import dev.whetstone.contracts.LoopId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A scoring job that an evaluation requested.
 *
 * @param id also the evaluation's
 * @param answersComplete whether the evaluation waits for nothing but the scores
 * @param deadline when the evaluation decides without them
 * @param scoresUri where the scores are; absent before the job is completed
 * @param leftOut number of items without scores
 * @param reason why there are no scores, or why one of the items that were left out has none
 */
record RequestedScoring(
    String id,
    LoopId loop,
    State state,
    boolean answersComplete,
    Instant deadline,
    @Nullable String scoresUri,
    @Nullable String scoresSha256,
    int leftOut,
    String reason) {
  /** The state of a scoring job as eval knows it. */
  enum State {
    REQUESTED,
    /** The scores can be read. */
    COMPLETED,
    /** The scores are in the table of likelihoods. */
    STORED,
    /** There are no scores, and the evaluation does not wait for any. */
    FAILED
  }

  boolean isOverdue(Instant now) {
    return !now.isBefore(deadline);
  }
}
