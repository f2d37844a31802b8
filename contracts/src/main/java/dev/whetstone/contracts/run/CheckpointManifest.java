package dev.whetstone.contracts.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last file that the worker writes for a finished adapter. Its SHA-256 is the checkpoint id.
 *
 * @param kind always {@code checkpoint}
 * @param files paths relative to the manifest
 * @param refusedRows rows that the base could not take; absent if there were none
 * @param stopped the limit that ended training before its last step, {@code max-seconds} or {@code
 *     max-gpu-seconds}; the adapter is then the best validated state. Absent for a run that trained
 *     to its end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CheckpointManifest(
    String kind,
    String runId,
    long fence,
    List<File> files,
    LoopSpec.BaseModel baseModel,
    @Nullable String chatTemplateSha256,
    Map<String, Object> hyperparameters,
    Map<String, Double> metrics,
    long tokens,
    double gpuSeconds,
    String workerVersion,
    @Nullable RefusedRows refusedRows,
    @Nullable String stopped) {
  public CheckpointManifest {
    files = List.copyOf(files);
    hyperparameters = hyperparameters == null ? Map.of() : Map.copyOf(hyperparameters);
    metrics = metrics == null ? Map.of() : Map.copyOf(metrics);
  }

  /** The manifest of a run that trained to its end, without refused rows. */
  public CheckpointManifest(
      String kind,
      String runId,
      long fence,
      List<File> files,
      LoopSpec.BaseModel baseModel,
      @Nullable String chatTemplateSha256,
      Map<String, Object> hyperparameters,
      Map<String, Double> metrics,
      long tokens,
      double gpuSeconds,
      String workerVersion) {
    this(
        kind,
        runId,
        fence,
        files,
        baseModel,
        chatTemplateSha256,
        hyperparameters,
        metrics,
        tokens,
        gpuSeconds,
        workerVersion,
        null,
        null);
  }

  /** A file with its size and SHA-256 (hex). */
  public record File(String path, long bytes, String sha256) {}
}
