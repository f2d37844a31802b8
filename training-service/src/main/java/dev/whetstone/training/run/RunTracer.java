package dev.whetstone.training.run;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.trace.StageSpan;
import dev.whetstone.kit.trace.StageTracer;
import dev.whetstone.kit.trace.TraceAttributes;
import dev.whetstone.kit.trace.TraceContext;
import dev.whetstone.kit.trace.TraceSubject;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.plan.RunIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The trace of a run: it begins with the plan, which is linked to the run's batches. Attempts and
 * what the worker did in them follow, from the times of their rows. Workers export nothing.
 */
@ApplicationScoped
public class RunTracer {
  private final StageTracer tracer;
  private final Sql sql;

  public RunTracer(StageTracer tracer, Sql sql) {
    this.tracer = tracer;
    this.sql = sql;
  }

  /** In the transaction that inserts the run. Its newest batches are linked. */
  void planned(RunIdentity run) {
    if (!tracer.enabled()) {
      return;
    }
    LoopId loop = run.loop();
    List<String> batches = run.batchIds();
    List<String> newest =
        batches.subList(Math.max(0, batches.size() - StageSpan.MOST_LINKS), batches.size());
    tracer.record(
        StageSpan.of("run plan", loop)
            .startedAt(run.createdAt())
            .linkedTo(tracer.find(loop, TraceSubject.Kind.BATCH, newest, StageSpan.MOST_LINKS))
            .with(TraceAttributes.RUN, run.runId()),
        run.createdAt(),
        new TraceSubject(loop, TraceSubject.Kind.RUN, run.runId()));
  }

  /** When an attempt's worker had loaded everything, and when it had made its first step. */
  private record WorkerTimes(@Nullable Instant trainingAt, @Nullable Instant firstStepAt) {}

  /** In the transaction that ends the attempt. */
  void attemptEnded(RunIdentity run, Attempt.Facts attempt, String outcome, Instant now) {
    if (!tracer.enabled()) {
      return;
    }
    Optional<TraceContext> span =
        tracer.record(
            StageSpan.of("attempt", run.loop())
                .startedAt(attempt.startedAt())
                .childOf(plan(run))
                .with(TraceAttributes.RUN, run.runId())
                .with(TraceAttributes.ATTEMPT, attempt.fence())
                .with(TraceAttributes.OUTCOME, outcome),
            now,
            null);
    workerTimes(attempt.attemptId())
        .ifPresent(
            times -> {
              Instant training = times.trainingAt();
              Instant step = times.firstStepAt();
              if (training != null) {
                phase("worker load", run, span, attempt.startedAt(), training);
                phase("worker prepare", run, span, training, step == null ? now : step);
              }
              if (step != null) {
                phase("worker train", run, span, step, now);
              }
            });
  }

  private void phase(
      String name, RunIdentity run, Optional<TraceContext> attempt, Instant from, Instant to) {
    tracer.record(
        StageSpan.of(name, run.loop())
            .startedAt(from)
            .childOf(attempt)
            .with(TraceAttributes.RUN, run.runId()),
        to,
        null);
  }

  private Optional<WorkerTimes> workerTimes(String attemptId) {
    return sql.first(
        "select training_at, first_step_at from attempt where attempt_id = ?",
        row -> new WorkerTimes(Sql.instant(row, "training_at"), Sql.instant(row, "first_step_at")),
        attemptId);
  }

  /**
   * In the transaction that ends the run.
   *
   * @param checkpointId that it made; null without one
   * @return what events about its end carry; empty while tracing is off
   */
  Optional<TraceContext> ended(
      RunIdentity run, String outcome, @Nullable String checkpointId, Instant now) {
    if (!tracer.enabled()) {
      return Optional.empty();
    }
    StageSpan span =
        StageSpan.of("run", run.loop())
            .startedAt(run.createdAt())
            .childOf(plan(run))
            .with(TraceAttributes.RUN, run.runId())
            .with(TraceAttributes.OUTCOME, outcome);
    return checkpointId == null
        ? tracer.record(span, now, null)
        : tracer.record(
            span.with(TraceAttributes.CHECKPOINT, checkpointId),
            now,
            new TraceSubject(run.loop(), TraceSubject.Kind.CHECKPOINT, checkpointId));
  }

  private Optional<TraceContext> plan(RunIdentity run) {
    return tracer.find(run.loop(), TraceSubject.Kind.RUN, run.runId());
  }
}
