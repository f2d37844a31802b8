package dev.whetstone.training.plan;

import dev.whetstone.contracts.LoopId;
import java.time.Instant;
import java.util.List;

/**
 * What never changes about a run.
 *
 * @param batchIds everything it trains on, adopted batches included
 * @param loopSpecSha256 the declaration it obeys: that of its newest batch
 */
public record RunIdentity(
    String runId, LoopId loop, List<String> batchIds, String loopSpecSha256, Instant createdAt) {
  public RunIdentity {
    batchIds = List.copyOf(batchIds);
  }
}
