package dev.whetstone.training.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.training.attempt.AttemptView;
import dev.whetstone.training.plan.RunPlan;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunRepository;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run as the API shows it.
 *
 * @param code with {@code reason}, why it failed; {@code reason} alone, why it waits, or which
 *     limit ended its training early
 * @param reasons why the hyperparameters are what they are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunView(
    String runId,
    String loop,
    String state,
    List<String> batchIds,
    List<AttemptView> attempts,
    @Nullable Integer trainExamples,
    @Nullable Integer validationExamples,
    @Nullable Integer steps,
    RunSpec.@Nullable Hyperparameters hyperparameters,
    List<String> reasons,
    @Nullable String checkpointId,
    @Nullable String code,
    @Nullable String reason,
    Instant createdAt,
    @Nullable Instant endedAt) {

  static RunView of(RunRepository.StoredRun stored, List<AttemptView> attempts) {
    Run run = stored.run();
    RunPlan plan = stored.plan();
    Ending ending =
        switch (run) {
          case Run.Waiting waiting -> new Ending("waiting", null, null, waiting.reason(), null);
          case Run.Active _ -> new Ending("active", null, null, waitReason(attempts), null);
          case Run.Succeeded done ->
              new Ending("succeeded", done.checkpointId(), null, stopped(attempts), done.endedAt());
          case Run.Failed failed ->
              new Ending("failed", null, failed.code(), failed.reason(), failed.endedAt());
          case Run.Superseded over ->
              new Ending("superseded", null, "superseded", over.reason(), over.endedAt());
        };
    return new RunView(
        run.identity().runId(),
        run.identity().loop().loop(),
        ending.state(),
        run.identity().batchIds(),
        attempts,
        plan == null ? null : plan.trainExamples(),
        plan == null ? null : plan.validationExamples(),
        plan == null ? null : plan.steps(),
        plan == null ? null : plan.hyperparameters(),
        plan == null ? List.of() : plan.reasons(),
        ending.checkpointId(),
        ending.code(),
        ending.reason(),
        run.identity().createdAt(),
        ending.at());
  }

  private static @Nullable String stopped(List<AttemptView> attempts) {
    String detail = attempts.isEmpty() ? null : attempts.getLast().detail();
    return detail == null || detail.isEmpty() ? null : detail;
  }

  private static @Nullable String waitReason(List<AttemptView> attempts) {
    return attempts.isEmpty() ? null : attempts.getLast().waitsForEngine().orElse(null);
  }

  private record Ending(
      String state,
      @Nullable String checkpointId,
      @Nullable String code,
      @Nullable String reason,
      @Nullable Instant at) {}
}
