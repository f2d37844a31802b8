package dev.whetstone.training.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.batch.SplitCounts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sealed batch as training knows it.
 *
 * @param trainedBy the run that first took it in; absent while it is new
 */
public record Batch(
    LoopId loop,
    String batchId,
    long sequence,
    String manifestUri,
    String loopSpecSha256,
    Map<String, SplitCounts> counts,
    BatchState state,
    @Nullable String trainedBy) {
  public Batch {
    counts = Map.copyOf(counts);
  }

  /** Whether no run has taken it in yet. */
  public boolean isNew() {
    return state == BatchState.PENDING && trainedBy == null;
  }

  /** Rows of a form and split. */
  public int count(Form form, Split split) {
    return counts.getOrDefault(form.wireName(), SplitCounts.NONE).of(split);
  }
}
