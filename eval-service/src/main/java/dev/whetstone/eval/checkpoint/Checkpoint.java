package dev.whetstone.eval.checkpoint;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.CheckpointReady;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that was offered for evaluation.
 *
 * @param ordinal order of arrival
 * @param tainted why it may no longer be used; null if it may
 * @param taintedAt when this was first reported; null if it may be used
 */
public record Checkpoint(
    LoopId loop,
    long ordinal,
    CheckpointReady ready,
    @Nullable String tainted,
    @Nullable Instant taintedAt,
    Instant receivedAt) {
  public String id() {
    return ready.checkpointId();
  }

  /** Why it may not be served, worded as the reason of a decision. */
  public Optional<String> taint() {
    return Optional.ofNullable(tainted).map(Checkpoint::taintedBecause);
  }

  static String taintedBecause(String why) {
    return "the checkpoint is tainted: " + why;
  }
}
