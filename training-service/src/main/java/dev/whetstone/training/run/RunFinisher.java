package dev.whetstone.training.run;

import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.trace.TraceContext;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.ExitDescription;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.batch.BatchStateRepository;
import dev.whetstone.training.batch.CorruptBatchException;
import dev.whetstone.training.checkpoint.CheckpointRepository;
import dev.whetstone.training.checkpoint.CheckpointVerifier;
import dev.whetstone.training.metrics.TrainingMeter;
import dev.whetstone.training.plan.AdjustmentRule;
import dev.whetstone.training.plan.HyperparameterAdjustment;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.plan.RunPlan;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Ends runs and attempts. Every method runs in the caller's transaction, which has locked the run.
 */
@ApplicationScoped
public class RunFinisher {
  /** Source of the events that this service publishes about checkpoints. */
  public static final String SOURCE = "training";

  private static final Logger LOG = Logger.getLogger(RunFinisher.class);

  private final RunRepository runs;
  private final AttemptRepository attempts;
  private final StepMetricsRepository metrics;
  private final CheckpointRepository checkpoints;
  private final BatchRepository batches;
  private final BatchStateRepository batchStates;
  private final RetryCircumstancesReader circumstances;
  private final MicroBatchRepository microBatches;
  private final EventFactory events;
  private final Outbox outbox;
  private final MeterRegistrar meters;
  private final RunTracer traces;

  public RunFinisher(
      RunRepository runs,
      AttemptRepository attempts,
      StepMetricsRepository metrics,
      CheckpointRepository checkpoints,
      BatchRepository batches,
      BatchStateRepository batchStates,
      RetryCircumstancesReader circumstances,
      MicroBatchRepository microBatches,
      EventFactory events,
      Outbox outbox,
      MeterRegistrar meters,
      RunTracer traces) {
    this.runs = runs;
    this.attempts = attempts;
    this.metrics = metrics;
    this.checkpoints = checkpoints;
    this.batches = batches;
    this.batchStates = batchStates;
    this.circumstances = circumstances;
    this.microBatches = microBatches;
    this.events = events;
    this.outbox = outbox;
    this.meters = meters;
    this.traces = traces;
  }

  /** The attempt's checkpoint is valid: the run succeeds and publishes the checkpoint. */
  public void succeed(
      RunRepository.StoredRun stored,
      Run.Active run,
      Attempt.Unfinished attempt,
      CheckpointVerifier.Verification.Valid output,
      Instant now) {
    RunIdentity identity = run.identity();
    runs.save(run.succeed(output.checkpointId(), now));
    attempts.save(attempt.succeed(ExitDescription.stopped(output.manifest()), now));
    microBatches.remember(
        run, attempt.facts().runSpec(), attempts.accelerator(attempt.facts().attemptId()), now);
    checkpoints.add(output.checkpointId(), identity, output.manifestUri(), now);
    learned(stored, identity.runId())
        .ifPresent(learned -> runs.saveLearned(identity.runId(), learned));
    CheckpointReady ready = ready(stored, run, output);
    traces.attemptEnded(identity, attempt.facts(), Attempt.SUCCEEDED, now);
    Optional<TraceContext> trace = traces.ended(identity, "succeeded", output.checkpointId(), now);
    outbox.add(
        events
            .create(
                "checkpoint-" + output.checkpointId(),
                identity.loop(),
                SOURCE,
                output.checkpointId(),
                identity.loop().key(),
                ready)
            .tracedBy(trace.map(TraceContext::text).orElse(null)));
    count("succeeded");
    LOG.infof("run-succeeded run=%s checkpoint=%s", identity.runId(), output.checkpointId());
  }

  /** The attempt ended without a checkpoint: another attempt follows, or the run fails. */
  public void endAttempt(
      RunRepository.StoredRun stored,
      Run.Active run,
      Attempt.Unfinished attempt,
      AttemptEnd end,
      Instant now) {
    attempts.save(attempt.end(end, now));
    traces.attemptEnded(run.identity(), attempt.facts(), end.outcome(), now);
    meters.counter(TrainingMeter.ATTEMPTS, end.outcome()).increment();
    RunPlan plan = stored.plan();
    LOG.infof(
        "attempt-ended attempt=%s outcome=%s detail=%s",
        attempt.facts().attemptId(), end.outcome(), end.detail());
    switch (RetryPolicies.after(
        end, circumstances.of(stored, run, attempt.facts().attemptId(), end, now))) {
      case NextStep.Again again -> runs.save(run.retry(again));
      case NextStep.GiveUp giveUp -> {
        fail(stored, run, giveUp.code(), giveUp.reason(), now);
        if (end.diverged() && plan != null) {
          runs.saveLearned(run.identity().runId(), AdjustmentRule.afterDivergence(plan.learned()));
        }
        if (end.untrainable()) {
          setAside(run.identity(), giveUp.reason());
        }
      }
    }
  }

  /**
   * The base can take almost none of the run's rows. Its new batches would burden every later run,
   * so they are set aside; batches of earlier candidates stay.
   */
  private void setAside(RunIdentity identity, String reason) {
    List<String> changed =
        batchStates.setAsideUntrainable(identity.loop(), identity.batchIds(), reason);
    LOG.warnf("batches-set-aside run=%s batches=%s", identity.runId(), changed);
  }

  /** The worker refused its data, and a batch is indeed corrupt. */
  public void endCorrupt(
      RunRepository.StoredRun stored,
      Run.Active run,
      Attempt.Unfinished attempt,
      AttemptEnd end,
      CorruptBatchException corrupt,
      Instant now) {
    attempts.save(attempt.end(end, now));
    traces.attemptEnded(run.identity(), attempt.facts(), end.outcome(), now);
    failCorrupt(stored, run, corrupt, now);
  }

  /** Fails the run. Its batches stay pending and train again with the loop's next batch. */
  public void fail(
      RunRepository.StoredRun stored, Run.Unfinished run, String code, String reason, Instant now) {
    runs.save(run.fail(code, reason, now));
    traces.ended(run.identity(), "failed", null, now);
    learnFromDivergence(stored, run.identity().runId());
    count("failed");
    LOG.warnf("run-failed run=%s code=%s reason=%s", run.identity().runId(), code, reason);
  }

  /**
   * Fails the run because a batch does not verify. That batch is withdrawn; the run's other batches
   * become available to the next run (I6).
   */
  public void failCorrupt(
      RunRepository.StoredRun stored,
      Run.Unfinished run,
      CorruptBatchException corrupt,
      Instant now) {
    String reason = String.valueOf(corrupt.getMessage());
    fail(stored, run, "corrupt-batch", reason, now);
    batchStates.withdraw(run.identity().loop(), corrupt.batchId(), reason);
    batches.giveBack(run.identity().runId());
  }

  /**
   * Ends the run because its data may no longer be used as it is. Batches that are still wanted
   * become available to the next run.
   */
  public void supersede(Run.Unfinished run, String reason, Instant now) {
    runs.save(run.supersede(reason, now));
    traces.ended(run.identity(), "superseded", null, now);
    batches.giveBack(run.identity().runId());
    count("superseded");
    LOG.infof("run-superseded run=%s reason=%s", run.identity().runId(), reason);
  }

  private void count(String outcome) {
    meters.counter(TrainingMeter.RUNS, outcome).increment();
  }

  private Optional<HyperparameterAdjustment> learned(RunRepository.StoredRun stored, String runId) {
    return Optional.ofNullable(stored.plan())
        .map(plan -> AdjustmentRule.after(plan.learned(), metrics.of(runId)));
  }

  /** The curves of a failed run are used for one conclusion only: that it diverged. */
  private void learnFromDivergence(RunRepository.StoredRun stored, String runId) {
    RunPlan plan = stored.plan();
    learned(stored, runId)
        .filter(
            learned ->
                plan != null && learned.learningRateFactor() < plan.learned().learningRateFactor())
        .ifPresent(learned -> runs.saveLearned(runId, learned));
  }

  private CheckpointReady ready(
      RunRepository.StoredRun stored,
      Run.Active run,
      CheckpointVerifier.Verification.Valid output) {
    RunIdentity identity = run.identity();
    RunPlan plan = stored.plan();
    return new CheckpointReady(
        output.checkpointId(),
        identity.runId(),
        identity.batchIds(),
        output.manifestUri(),
        output.adapterUri(),
        output.manifest().baseModel(),
        output.manifest().chatTemplateSha256(),
        plan == null ? null : plan.parentCheckpointId(),
        output.manifest().hyperparameters(),
        output.manifest().metrics(),
        output.manifest().tokens(),
        output.manifest().gpuSeconds(),
        output.manifest().workerVersion());
  }
}
