package dev.whetstone.training.plan;

import dev.whetstone.contracts.LoopId;
import java.time.Instant;
import java.util.List;

/**
 * The immutable part of a run.
 *
 * @param batchIds every batch it trains on, adopted ones included
 * @param loopSpecSha256 the declaration that applies to it: that of its newest batch
 */
public record RunIdentity(
    String runId, LoopId loop, List<String> batchIds, String loopSpecSha256, Instant createdAt) {
  public RunIdentity {
    batchIds = List.copyOf(batchIds);
  }
}
