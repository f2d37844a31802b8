package dev.whetstone.training.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.loop.LoopCondition;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.AttemptView;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunScheduler;
import dev.whetstone.training.run.RunStartRule;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Describes the state of a loop's training. */
@ApplicationScoped
public class LoopStatusReader {
  private static final String RETRY =
      "%s failed: %s; its batches train with the next one, or at once after POST /v1/runs/%s/retry";

  private final RunRepository runs;
  private final AttemptRepository attempts;
  private final BatchRepository batches;
  private final RunScheduler scheduler;

  public LoopStatusReader(
      RunRepository runs,
      AttemptRepository attempts,
      BatchRepository batches,
      RunScheduler scheduler) {
    this.runs = runs;
    this.attempts = attempts;
    this.batches = batches;
    this.scheduler = scheduler;
  }

  /** A loop's conditions and batches. */
  public record Status(String loop, List<LoopCondition> conditions, List<BatchView> batches) {}

  /** A batch as the API shows it. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BatchView(String batchId, long sequence, String state, @Nullable String runId) {
    static BatchView of(Batch batch) {
      return new BatchView(
          batch.batchId(), batch.sequence(), batch.state().wireName(), batch.trainedBy());
    }
  }

  public Status status(LoopId loop) {
    Optional<RunRepository.StoredRun> newest = runs.newest(loop, 1).stream().findFirst();
    return new Status(
        loop.loop(),
        List.of(newest.map(stored -> condition(loop, stored)).orElseGet(() -> waiting(loop, ""))),
        batches.all(loop).stream().map(BatchView::of).toList());
  }

  private LoopCondition condition(LoopId loop, RunRepository.StoredRun stored) {
    String run = stored.run().identity().runId();
    return switch (stored.run()) {
      case Run.Waiting waiting when waiting.reason() != null ->
          training("False", "Waiting", run + " waits for its next attempt: " + waiting.reason());
      case Run.Waiting _ -> training("True", "Starting", run + " is about to start");
      case Run.Active active -> active(active);
      case Run.Succeeded done ->
          waiting(
              loop,
              run
                  + "  produced checkpoint  "
                  + done.checkpointId().substring(0, 12)
                  + stopped(run)
                  + "; ");
      case Run.Failed failed ->
          newBatchWaits(loop)
              ? waiting(loop, run + " failed: " + failed.reason() + "; ")
              : training("False", "Failed", RETRY.formatted(run, failed.reason(), run));
      case Run.Superseded over -> waiting(loop, run + " was superseded: " + over.reason() + "; ");
    };
  }

  /** What a limit cut off. */
  private String stopped(String run) {
    List<AttemptView> views = attempts.views(run);
    String detail = views.isEmpty() ? null : views.getLast().detail();
    return detail == null || detail.isEmpty() ? "" : " (" + detail + ")";
  }

  private boolean newBatchWaits(LoopId loop) {
    return batches.trainable(loop).stream().anyMatch(Batch::isNew);
  }

  private LoopCondition active(Run.Active run) {
    AttemptView attempt = attempts.views(run.identity().runId()).getLast();
    return attempt
        .waitsForEngine()
        .map(
            reason ->
                training(
                    "False",
                    "WaitingForEngine",
                    run.identity().runId() + " waits for its compute engine: " + reason))
        .orElseGet(() -> training("True", "Running", progress(run, attempt)));
  }

  private static String progress(Run.Active run, AttemptView attempt) {
    return "%s, attempt %d: %s, step %d (%d %%)"
        .formatted(
            run.identity().runId(),
            run.fence(),
            attempt.state(),
            attempt.step(),
            attempt.progressPercentage());
  }

  private LoopCondition waiting(LoopId loop, String before) {
    return switch (scheduler.preview(loop)) {
      case RunStartRule.Answer.Wait wait ->
          training("False", wait.reason(), before + wait.message());
      case RunStartRule.Answer.Start _ ->
          training("True", "Starting", before + "the next run is about to start");
    };
  }

  private static LoopCondition training(String status, String reason, String message) {
    return new LoopCondition("Training", status, reason, message);
  }
}
