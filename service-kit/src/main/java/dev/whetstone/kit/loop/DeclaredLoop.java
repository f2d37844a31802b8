package dev.whetstone.kit.loop;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopState;

/** A declaration that this service has received. */
public record DeclaredLoop(
    LoopId id, LoopSpec spec, String specSha256, long revision, LoopState state) {
  /** Whether nothing new may begin: no cut, run or evaluation. */
  public boolean isPaused() {
    return state == LoopState.PAUSED;
  }
}
