package dev.whetstone.curation.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.SplitCounts;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sealed batch.
 *
 * @param state as training publishes it; {@code withdrawn} where its files do not verify
 * @param undecided there is no decision yet about a candidate that was trained on it
 * @param counts rows per form and split
 * @param testItems test rows of the form that the seal rule counts
 * @param tainted some of its examples may no longer be used
 */
public record Batch(
    String batchId,
    LoopId loop,
    long sequence,
    BatchState state,
    boolean undecided,
    Map<String, SplitCounts> counts,
    int testItems,
    Map<String, Integer> funnel,
    String manifestKey,
    String manifestUri,
    String cardKey,
    String loopSpecSha256,
    @Nullable String parentBatchId,
    BatchTrigger trigger,
    boolean tainted,
    Instant sealedAt) {
  public Batch {
    counts = Map.copyOf(counts);
    funnel = Map.copyOf(funnel);
  }
}
