package dev.whetstone.contracts.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The input of a worker for one attempt of a run. The worker receives the token for its reports
 * separately, in its environment.
 *
 * @param attempt the attempt's id
 * @param fence grows with each attempt of a run; a worker with an older one receives 409 (I3)
 * @param maxSequenceLength tokens
 * @param resumeEverySteps optimizer steps between resume points
 * @param output directory that only this attempt writes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunSpec(
    String runId,
    String attempt,
    long fence,
    LoopSpec.BaseModel baseModel,
    @Nullable String chatTemplateSha256,
    @Nullable Input initAdapter,
    List<Replay> replay,
    List<Stage> stages,
    LoopSpec.Lora lora,
    int maxSequenceLength,
    long seed,
    int resumeEverySteps,
    @Nullable Serving serving,
    Retention retention,
    @Nullable Input resumeFrom,
    Output output,
    Limits limits,
    @Nullable Callback callback) {
  public RunSpec {
    replay = List.copyOf(replay);
    stages = List.copyOf(stages);
  }

  /** An input file or directory, verified against its SHA-256 (hex) before use. */
  public record Input(String uri, String sha256) {}

  /** General rows that prevent forgetting; {@code share} of the final mix, 0 to below 1. */
  public record Replay(String uri, String sha256, double share) {}

  /** The training objective of a stage. */
  public enum Objective {
    @JsonProperty("sft")
    SFT,
    @JsonProperty("dpo")
    DPO,
    @JsonProperty("kto")
    KTO
  }

  /** One objective over some rows. */
  public record Stage(
      Objective objective,
      List<Dataset> datasets,
      List<Dataset> validation,
      Hyperparameters hyperparameters) {
    public Stage {
      datasets = List.copyOf(datasets);
      validation = List.copyOf(validation);
    }
  }

  /** Rows of one form. */
  public record Dataset(String uri, String sha256, Form form) {}

  /**
   * @param batchSize effective batch in examples
   * @param microBatchSize examples per forward pass; if absent, the worker chooses
   * @param warmupRatio share of the steps, 0 to 1
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Hyperparameters(
      int epochs,
      int batchSize,
      @Nullable Integer microBatchSize,
      double learningRate,
      double weightDecay,
      double warmupRatio,
      boolean packing,
      boolean earlyStopping) {}

  /**
   * The server that the template check requests token ids from.
   *
   * @param credentials reference to the server's key, never the key itself; the key is passed to
   *     the worker in its environment
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Serving(String endpoint, @Nullable String credentials) {}

  /** Method against forgetting beside replay: {@code none}, {@code kl}, {@code ewc}, {@code si}. */
  public record Retention(String method, double strength) {}

  /** Directory URI, ending in a slash. */
  public record Output(String uri) {}

  /** Wall-clock and accelerator seconds after which the attempt ends. */
  public record Limits(long maxSeconds, long maxGpuSeconds) {}

  /** Base URL of the training service. */
  public record Callback(String url) {}
}
