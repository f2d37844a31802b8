package dev.whetstone.eval.champion;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.ChampionSet;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The model in service under one generation.
 *
 * @param checkpointId absent for the base model, as is {@code adapterUri}
 * @param servedName its name on the model servers
 * @param decisionId absent for generation 0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Champion(
    LoopId loop,
    long generation,
    @Nullable String checkpointId,
    @Nullable String adapterUri,
    String servedName,
    @Nullable String decisionId,
    Instant setAt) {

  public boolean isBase() {
    return checkpointId == null;
  }

  /** Another champion under the next generation. */
  public Champion next(
      @Nullable String nextCheckpointId,
      @Nullable String nextAdapterUri,
      String nextServedName,
      @Nullable String nextDecisionId,
      Instant at) {
    return new Champion(
        loop, generation + 1, nextCheckpointId, nextAdapterUri, nextServedName, nextDecisionId, at);
  }

  /** The event that announces it. */
  public ChampionSet event() {
    return new ChampionSet(generation, checkpointId, adapterUri, servedName, decisionId, setAt);
  }
}
