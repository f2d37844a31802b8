package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A finished adapter waits for its evaluation.
 *
 * @param checkpointId SHA-256 (hex) of the checkpoint manifest's bytes
 * @param manifestUri URI of that manifest; the paths of its files are relative to it
 * @param adapterUri directory in PEFT layout
 * @param metrics final metrics by OpenAI's names
 * @param tokens number of tokens trained on
 * @param gpuSeconds accelerator seconds used over all attempts
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CheckpointReady(
    String checkpointId,
    String runId,
    List<String> batchIds,
    String manifestUri,
    String adapterUri,
    LoopSpec.BaseModel baseModel,
    @Nullable String chatTemplateSha256,
    @Nullable String parentCheckpointId,
    Map<String, Object> hyperparameters,
    Map<String, Double> metrics,
    long tokens,
    double gpuSeconds,
    String workerVersion)
    implements EventData.CheckpointEvent {
  public CheckpointReady {
    batchIds = List.copyOf(batchIds);
    hyperparameters = hyperparameters == null ? Map.of() : Map.copyOf(hyperparameters);
    metrics = metrics == null ? Map.of() : Map.copyOf(metrics);
  }
}
