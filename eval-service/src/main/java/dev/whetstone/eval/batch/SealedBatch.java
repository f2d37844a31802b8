package dev.whetstone.eval.batch;

import dev.whetstone.contracts.batch.BatchState;
import org.jspecify.annotations.Nullable;

/**
 * A batch that was sealed.
 *
 * @param state the last state that training published
 * @param adoptedBy the checkpoint with which it was adopted; absent if it never was
 */
public record SealedBatch(
    String batchId,
    long sequence,
    String manifestUri,
    BatchState state,
    @Nullable String adoptedBy) {

  public boolean isAdopted() {
    return state == BatchState.ADOPTED;
  }

  /** Whether evaluations may still use its test items. */
  public boolean isUsable() {
    return switch (state) {
      case PENDING, ADOPTED -> true;
      case SET_ASIDE, WITHDRAWN -> false;
    };
  }
}
