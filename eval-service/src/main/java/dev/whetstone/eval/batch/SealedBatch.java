package dev.whetstone.eval.batch;

import dev.whetstone.contracts.batch.BatchState;
import org.jspecify.annotations.Nullable;

/**
 * A batch that was sealed.
 *
 * @param state as training published it last
 * @param adoptedBy the checkpoint with which it was adopted; absent before
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

  /** Whether its test items may still be asked. */
  public boolean isUsable() {
    return switch (state) {
      case PENDING, ADOPTED -> true;
      case SET_ASIDE, WITHDRAWN -> false;
    };
  }
}
