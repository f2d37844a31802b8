package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.SplitCounts;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch is complete in the object store.
 *
 * @param batchId SHA-256 (hex) of the manifest's bytes
 * @param sequence 1 for a loop's first batch, then one more each time
 * @param counts rows per form ({@code sft}, {@code preference}, {@code binary}) and split
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BatchSealed(
    String batchId,
    long sequence,
    Map<String, SplitCounts> counts,
    String manifestUri,
    String loopSpecSha256,
    @Nullable String parentBatchId,
    BatchTrigger trigger,
    Instant sealedAt)
    implements EventData.BatchEvent {
  public BatchSealed {
    counts = Map.copyOf(counts);
  }
}
