package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The champion was replaced by an earlier one, as a new generation.
 *
 * @param restored checkpoint id now in service; absent when it is the base model
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PromotionRolledBack(
    @Nullable String decisionId,
    String withdrawn,
    @Nullable String restored,
    long generation,
    String reason)
    implements EventData.DecisionEvent {}
