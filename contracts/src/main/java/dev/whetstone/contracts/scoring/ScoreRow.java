package dev.whetstone.contracts.scoring;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How likely one model finds one reference answer, one line of a scoring job's scores.
 *
 * @param id the item
 * @param checkpointId the adapter's; absent for the base model
 * @param tokens of the reference answer, its end-of-turn token included
 * @param logProbability natural logarithm, summed over these tokens
 * @param correct number of these tokens that were the model's first choice
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScoreRow(
    String id, @Nullable String checkpointId, long tokens, double logProbability, long correct) {}
