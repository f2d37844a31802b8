package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import java.time.Instant;

/**
 * The rollout of one promotion.
 *
 * @param fromGeneration the generation that it replaces
 * @param updatedAt when it last moved, or was last tried
 * @param trouble why it cannot continue; empty for none
 */
public record Rollout(
    String decisionId,
    LoopId loop,
    String checkpointId,
    String adapterUri,
    String servedName,
    long fromGeneration,
    RolloutState state,
    Instant updatedAt,
    String trouble) {

  public boolean underWay() {
    return state instanceof RolloutState.Loading || state instanceof RolloutState.Switched;
  }
}
