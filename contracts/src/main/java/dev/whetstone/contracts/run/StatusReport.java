package dev.whetstone.contracts.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A worker's report on its attempt: Kubeflow's trainer status and the worker's phase.
 *
 * @param history metrics of every step since the last report
 * @param refusedRows rows that the base cannot take; absent if there are none
 * @param resumePoint the newest complete resume point, when one was written since the last report
 * @param result with {@code done} only
 * @param error with {@code failed} only
 * @param work counts work of any kind and only grows: it shows that the worker advances while it
 *     validates, hashes or downloads and the step stands still
 * @param accelerator the worker's accelerator and its memory before the worker used it; absent
 *     without one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StatusReport(
    long fence,
    Phase phase,
    @Nullable String stage,
    long step,
    double epoch,
    @Nullable TrainerStatus trainerStatus,
    List<StepMetrics> history,
    @Nullable ResumePoint resumePoint,
    @Nullable RefusedRows refusedRows,
    @Nullable Result result,
    @Nullable Failure error,
    @Nullable Long work,
    @Nullable Accelerator accelerator) {
  public StatusReport {
    history = history == null ? List.of() : List.copyOf(history);
  }

  /**
   * A report without refused rows, {@code work} and {@code accelerator}, as older workers send it.
   */
  public StatusReport(
      long fence,
      Phase phase,
      @Nullable String stage,
      long step,
      double epoch,
      @Nullable TrainerStatus trainerStatus,
      List<StepMetrics> history,
      @Nullable ResumePoint resumePoint,
      @Nullable Result result,
      @Nullable Failure error) {
    this(
        fence,
        phase,
        stage,
        step,
        epoch,
        trainerStatus,
        history,
        resumePoint,
        null,
        result,
        error,
        null,
        null);
  }

  /**
   * An accelerator as the worker found it.
   *
   * @param name of the device, as its driver reports it
   * @param freeBytes before the worker loaded anything; less than {@code totalBytes} when another
   *     process holds memory
   */
  public record Accelerator(String name, long totalBytes, long freeBytes) {}

  /** The phase of the worker. */
  public enum Phase {
    @JsonProperty("loading")
    LOADING,
    @JsonProperty("training")
    TRAINING,
    /** Of a scoring job. */
    @JsonProperty("scoring")
    SCORING,
    @JsonProperty("saving")
    SAVING,
    @JsonProperty("done")
    DONE,
    @JsonProperty("failed")
    FAILED
  }

  /** In the format of Kubeflow. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record TrainerStatus(
      int progressPercentage,
      @Nullable Long estimatedRemainingSeconds,
      List<Metric> metrics,
      Instant lastUpdatedTime) {
    public TrainerStatus {
      metrics = metrics == null ? List.of() : List.copyOf(metrics);
    }
  }

  /** A metric by OpenAI's name, for example {@code train_loss}. */
  public record Metric(String name, double value) {}

  /** Metrics logged at one optimizer step. */
  public record StepMetrics(long step, Map<String, Double> metrics) {}

  /** A complete resume point; {@code sha256} is that of its manifest. */
  public record ResumePoint(String uri, String sha256, long step) {}

  /** The finished checkpoint's manifest. */
  public record Result(String manifestUri, String manifestSha256) {}

  /** The reason why the worker ends the attempt. */
  public record Failure(String code, String detail) {}
}
