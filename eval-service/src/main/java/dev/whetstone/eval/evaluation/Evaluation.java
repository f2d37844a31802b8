package dev.whetstone.eval.evaluation;

import dev.whetstone.contracts.LoopId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One look at one candidate against one champion generation.
 *
 * @param look 1 for the first, one more for each repetition after INCONCLUSIVE
 * @param failures number of consecutive failures
 * @param trouble the last failure, or what the evaluation waits for; empty for none
 * @param unwellSince since when the model server keeps it from advancing; null if it does not
 * @param answersSeen answers that it had when the server last failed
 * @param adapterFailures how often in a row the server failed on the candidate alone
 */
public record Evaluation(
    String id,
    LoopId loop,
    String checkpointId,
    long generation,
    int look,
    EvaluationState state,
    String trouble,
    int failures,
    Instant nextAttemptAt,
    Instant startedAt,
    @Nullable Instant unwellSince,
    long answersSeen,
    int adapterFailures) {}
