package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The champion of a loop. Generation 0 is the base model, with neither checkpoint nor adapter.
 *
 * @param servedName the model name at the serving endpoint
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChampionSet(
    long generation,
    @Nullable String checkpointId,
    @Nullable String adapterUri,
    String servedName,
    @Nullable String decisionId,
    Instant setAt)
    implements EventData.ChampionEvent {}
