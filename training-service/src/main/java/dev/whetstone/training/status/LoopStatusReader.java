package dev.whetstone.training.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.kit.loop.LoopCondition;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.AttemptView;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunScheduler;
import dev.whetstone.training.run.RunStartRule;
import dev.whetstone.training.scoring.ScoringJob;
import dev.whetstone.training.scoring.ScoringJobRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Describes the state of a loop's training. */
@ApplicationScoped
public class LoopStatusReader {
  private static final String RETRY =
      "%s failed: %s; its batches train with the next one, or at once after POST /v1/runs/%s/retry";

  private static final String SET_ASIDE =
      "%s failed: %s; its new batches were set aside and train no more";

  private final RunRepository runs;
  private final AttemptRepository attempts;
  private final BatchRepository batches;
  private final RunScheduler scheduler;
  private final ScoringJobRepository scoringJobs;

  public LoopStatusReader(
      RunRepository runs,
      AttemptRepository attempts,
      BatchRepository batches,
      RunScheduler scheduler,
      ScoringJobRepository scoringJobs) {
    this.runs = runs;
    this.attempts = attempts;
    this.batches = batches;
    this.scheduler = scheduler;
    this.scoringJobs = scoringJobs;
  }

  /** A loop's conditions and batches. */
  public record Status(String loop, List<LoopCondition> conditions, List<BatchView> batches) {}

  /**
   * A batch as the API shows it.
   *
   * @param reason why no run trains on it, where that is so
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BatchView(
      String batchId,
      long sequence,
      String state,
      @Nullable String runId,
      @Nullable String reason) {
    static BatchView of(Batch batch, @Nullable String reason) {
      return new BatchView(
          batch.batchId(), batch.sequence(), batch.state().wireName(), batch.trainedBy(), reason);
    }
  }

  public Status status(LoopId loop) {
    Optional<RunRepository.StoredRun> newest = runs.newest(loop, 1).stream().findFirst();
    return new Status(
        loop.loop(),
        conditions(
            loop, newest.map(stored -> condition(loop, stored)).orElseGet(() -> waiting(loop, ""))),
        batchViews(loop));
  }

  private List<BatchView> batchViews(LoopId loop) {
    Map<String, String> reasons = batches.reasons(loop);
    return batches.all(loop).stream()
        .map(batch -> BatchView.of(batch, reasons.get(batch.batchId())))
        .toList();
  }

  /** The condition of training, and one of each scoring job that has not ended. */
  private List<LoopCondition> conditions(LoopId loop, LoopCondition training) {
    List<LoopCondition> conditions = new ArrayList<>(List.of(training));
    scoringJobs.unfinished(loop).stream().map(LoopStatusReader::scoring).forEach(conditions::add);
    return conditions;
  }

  private static LoopCondition scoring(ScoringJobRepository.StoredJob stored) {
    String job = "scoring job " + stored.job().facts().jobId();
    return stored.job() instanceof ScoringJob.Waiting waiting
        ? LoopCondition.of(
            "Scoring",
            true,
            "Waiting",
            job + (waiting.reason().isEmpty() ? " starts" : " waits: " + waiting.reason()))
        : LoopCondition.of(
            "Scoring", true, "Scoring", "%s: %d %%".formatted(job, stored.progressPercentage()));
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
                  + leftOut(run)
                  + stopped(run)
                  + "; ");
      case Run.Failed failed ->
          newBatchWaits(loop)
              ? waiting(loop, run + " failed: " + failed.reason() + "; ")
              : training("False", "Failed", failure(loop, stored, failed));
      case Run.Superseded over -> waiting(loop, run + " was superseded: " + over.reason() + "; ");
    };
  }

  private String failure(LoopId loop, RunRepository.StoredRun stored, Run.Failed failed) {
    String run = stored.run().identity().runId();
    Set<BatchState> states =
        batches.byId(loop, stored.run().identity().batchIds()).stream()
            .map(Batch::state)
            .collect(Collectors.toSet());
    if (states.contains(BatchState.PENDING) || !states.contains(BatchState.SET_ASIDE)) {
      return RETRY.formatted(run, failed.reason(), run);
    }
    return SET_ASIDE.formatted(run, failed.reason());
  }

  private String leftOut(String run) {
    return attempts.views(run).stream()
        .map(AttemptView::refusedRows)
        .filter(Objects::nonNull)
        .reduce((_, newer) -> newer)
        .map(
            rows ->
                " without %d %s that the base cannot take (GET /v1/runs/%s)"
                    .formatted(rows.count(), rows.count() == 1 ? "row" : "rows", run))
        .orElse("");
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
