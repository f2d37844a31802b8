package dev.whetstone.training.reconcile;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.AttemptMove;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.AttemptRepository.StoredAttempt;
import dev.whetstone.training.attempt.AttemptRule;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.batch.CorruptBatchException;
import dev.whetstone.training.batch.DatasetAssembler;
import dev.whetstone.training.checkpoint.CheckpointVerifier;
import dev.whetstone.training.checkpoint.CheckpointVerifier.Verification;
import dev.whetstone.training.checkpoint.ResumePointFinder;
import dev.whetstone.training.checkpoint.RunObjectKeys;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.EngineRouter;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunRepository.StoredRun;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * Looks after the live attempt of an active run: polls its worker, lets {@link AttemptRule} decide
 * and carries the move out. Outside any transaction, but for the short one of each move.
 */
@ApplicationScoped
public class AttemptWatcher {
  private static final Logger LOG = Logger.getLogger(AttemptWatcher.class);

  /**
   * Added to {@code maxSeconds}, so that the worker can end by itself first: it finishes a step and
   * a validation and saves.
   */
  private static final Duration OVERTIME = Duration.ofMinutes(5);

  private final AttemptRepository attempts;
  private final RunFinisher finisher;
  private final CheckpointVerifier verifier;
  private final ResumePointFinder resumePoints;
  private final EngineRouter engines;
  private final WorkerLauncher launcher;
  private final RunMoveApplier applier;
  private final DeclaredLoopRepository loops;
  private final BatchRepository batches;
  private final DatasetAssembler data;
  private final LeaseClock clock;

  public AttemptWatcher(
      AttemptRepository attempts,
      RunFinisher finisher,
      CheckpointVerifier verifier,
      ResumePointFinder resumePoints,
      EngineRouter engines,
      WorkerLauncher launcher,
      RunMoveApplier applier,
      DeclaredLoopRepository loops,
      BatchRepository batches,
      DatasetAssembler data,
      LeaseClock clock) {
    this.attempts = attempts;
    this.finisher = finisher;
    this.verifier = verifier;
    this.resumePoints = resumePoints;
    this.engines = engines;
    this.launcher = launcher;
    this.applier = applier;
    this.loops = loops;
    this.batches = batches;
    this.data = data;
    this.clock = clock;
  }

  /** Answers whether the run moved. */
  public boolean look(StoredRun seen, Run.Active run, Instant now) {
    String attemptId = AttemptStarter.attemptId(run.identity().runId(), run.fence());
    StoredAttempt stored =
        attempts
            .find(attemptId)
            .orElseThrow(
                () -> new IllegalStateException("active run without its attempt " + attemptId));
    if (!(stored.attempt() instanceof Attempt.Unfinished attempt)) {
      return false;
    }
    LoopSpec.Training training = training(run.identity());
    ComputeEngine engine = engines.require(training.engineOrDefault());
    AttemptRule.Situation situation =
        new AttemptRule.Situation(
            attempt,
            stored.error(),
            seen.supersedeReason(),
            training.progressDeadline(),
            longest(stored, training, now));
    AttemptRepository.SavedPoint saved = stored.saved();
    if (saved != null) {
      engine.noteResumePoint(attemptId, saved.step(), saved.at());
    }
    AttemptMove move = AttemptRule.decide(situation, engine.poll(attemptId), now);
    return carryOut(new Look(seen, run, attempt, engine, training.engineOrDefault()), move);
  }

  /**
   * The worker counts {@code maxSeconds} from its first step; loading before it is not included.
   */
  private static Duration longest(StoredAttempt stored, LoopSpec.Training training, Instant now) {
    Instant trainingAt = Objects.requireNonNullElse(stored.trainingAt(), now);
    Duration overtime =
        training.progressDeadline().compareTo(OVERTIME) > 0
            ? training.progressDeadline()
            : OVERTIME;
    return Duration.ofSeconds(training.maxSeconds())
        .plus(overtime)
        .plus(Duration.between(stored.attempt().facts().startedAt(), trainingAt));
  }

  /** What one look is about. */
  private record Look(
      StoredRun seen,
      Run.Active run,
      Attempt.Unfinished attempt,
      ComputeEngine engine,
      LoopSpec.Engine settings) {
    String attemptId() {
      return attempt.facts().attemptId();
    }

    /** Before the row is written: a kill in between repeats the stop, and leaves no worker. */
    void stopWorker() {
      engine.stop(attemptId(), ComputeEngine.Manner.AT_ONCE);
    }
  }

  private boolean carryOut(Look look, AttemptMove move) {
    return switch (move) {
      case AttemptMove.Keep _ -> false;
      case AttemptMove.Launch _ ->
          look.attempt() instanceof Attempt.Starting starting
              && launcher.launch(look.seen(), look.run(), starting, look.engine(), look.settings());
      case AttemptMove.RecordLaunch _ ->
          launcher.recordLaunch(look.seen(), look.attemptId(), look.engine());
      case AttemptMove.ShowWait wait -> launcher.showWait(look.attemptId(), wait.reason());
      case AttemptMove.Supersede supersede -> {
        look.stopWorker();
        yield supersede(look, supersede.reason());
      }
      case AttemptMove.StopAndEnd given -> {
        look.stopWorker();
        yield end(look, given.end());
      }
      case AttemptMove.End ended -> end(look, ended.end());
      case AttemptMove.VerifyBatches refused -> verifyBatches(look, refused.end());
      case AttemptMove.VerifyProgress preempted -> verifyProgress(look, preempted.end());
      case AttemptMove.VerifyOutput output -> verifyOutput(look, output.isFinal());
    };
  }

  private boolean supersede(Look look, String reason) {
    return applier.apply(
        look.seen(),
        look.attempt(),
        attempt -> {
          Instant now = clock.now();
          attempts.save(attempt.supersede(reason, now));
          finisher.supersede(look.run(), reason, now);
        });
  }

  private boolean end(Look look, AttemptEnd end) {
    return applier.apply(
        look.seen(),
        look.attempt(),
        attempt -> finisher.endAttempt(look.seen(), look.run(), attempt, end, clock.now()));
  }

  /** What a worker saved decides whether the run advances; its own words do not. */
  private boolean verifyProgress(Look look, AttemptEnd.Exited end) {
    Attempt.Facts facts = look.attempt().facts();
    try {
      OptionalLong saved = resumePoints.savedStep(facts.runId(), facts.fence());
      return end(
          look, AttemptEnd.Preempted.of(end, RunObjectKeys.startStep(facts.runSpec()), saved));
    } catch (ObjectStoreException e) {
      LOG.warnf("resume-points-unreadable run=%s reason=%s", facts.runId(), e.getMessage());
      return false;
    }
  }

  private boolean verifyBatches(Look look, AttemptEnd.Exited end) {
    RunIdentity identity = look.run().identity();
    Optional<CorruptBatchException> corrupt =
        data.firstCorrupt(batches.byId(identity.loop(), identity.batchIds()));
    if (corrupt.isEmpty()) {
      return end(look, end);
    }
    return applier.apply(
        look.seen(),
        look.attempt(),
        attempt ->
            finisher.endCorrupt(look.seen(), look.run(), attempt, end, corrupt.get(), clock.now()));
  }

  private boolean verifyOutput(Look look, boolean isFinal) {
    String runId = look.run().identity().runId();
    Verification verification;
    try {
      verification = verifier.verify(runId, look.run().fence(), null);
    } catch (ObjectStoreException e) {
      if (!isFinal) {
        LOG.warnf("output-unreadable run=%s reason=%s", runId, e.getMessage());
        return false;
      }
      verification = new Verification.Invalid(String.valueOf(e.getMessage()));
    }
    return switch (verification) {
      case Verification.Valid valid ->
          applier.apply(
              look.seen(),
              look.attempt(),
              attempt -> finisher.succeed(look.seen(), look.run(), attempt, valid, clock.now()));
      case Verification.Invalid invalid ->
          end(look, new AttemptEnd.BadOutput("the worker exited with 0, but " + invalid.reason()));
    };
  }

  private LoopSpec.Training training(RunIdentity identity) {
    return loops
        .bySha(identity.loop(), identity.loopSpecSha256())
        .orElseThrow()
        .spec()
        .spec()
        .training();
  }
}
