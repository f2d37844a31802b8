package dev.whetstone.curation.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.curation.batch.Batch;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A sealed batch in a list. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BatchView(
    String batchId,
    long sequence,
    BatchState state,
    boolean tainted,
    BatchTrigger trigger,
    Map<String, SplitCounts> counts,
    Map<String, Integer> funnel,
    String manifestUri,
    String loopSpecSha256,
    @Nullable String parentBatchId,
    Instant sealedAt) {
  static BatchView of(Batch batch) {
    return new BatchView(
        batch.batchId(),
        batch.sequence(),
        batch.state(),
        batch.tainted(),
        batch.trigger(),
        batch.counts(),
        batch.funnel(),
        batch.manifestUri(),
        batch.loopSpecSha256(),
        batch.parentBatchId(),
        batch.sealedAt());
  }
}
