package dev.whetstone.eval.offer;

import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that a caller offers: a {@code checkpoint.ready}. A checkpoint that was trained
 * elsewhere may omit the fields that only a run of this system has.
 *
 * @param batchIds absent for an adapter that was trained on other data
 */
public record CheckpointOffer(
    @Nullable String checkpointId,
    @Nullable String runId,
    @Nullable List<String> batchIds,
    @Nullable String manifestUri,
    @Nullable String adapterUri,
    LoopSpec.@Nullable BaseModel baseModel,
    @Nullable String chatTemplateSha256,
    @Nullable String parentCheckpointId,
    @Nullable Map<String, Object> hyperparameters,
    @Nullable Map<String, Double> metrics,
    @Nullable Long tokens,
    @Nullable Double gpuSeconds,
    @Nullable String workerVersion) {

  CheckpointReady ready() {
    return new CheckpointReady(
        checkpointId,
        runId,
        batchIds == null ? List.of() : batchIds,
        manifestUri,
        adapterUri,
        baseModel,
        chatTemplateSha256,
        parentCheckpointId,
        hyperparameters,
        metrics,
        tokens == null ? 0 : tokens,
        gpuSeconds == null ? 0 : gpuSeconds,
        workerVersion);
  }
}
