package dev.whetstone.eval.evaluation;

import dev.whetstone.contracts.LoopId;
import java.time.Instant;

/**
 * One look at one candidate against one champion generation.
 *
 * @param look 1 for the first, one more for each repetition after INCONCLUSIVE
 * @param failures number of consecutive failures
 * @param trouble the last failure, or what the evaluation waits for; empty for none
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
    Instant startedAt) {}
