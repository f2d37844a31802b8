package dev.whetstone.training.reconcile;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.ExitCodes;
import dev.whetstone.training.attempt.ExitDescription;
import dev.whetstone.training.attempt.WorkerTokenGenerator;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.batch.CorruptBatchException;
import dev.whetstone.training.batch.DatasetAssembler;
import dev.whetstone.training.checkpoint.CheckpointVerifier;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Looks after the one live attempt of an active run. */
@ApplicationScoped
public class AttemptWatcher {
  private static final Logger LOG = Logger.getLogger(AttemptWatcher.class);

  /** Beyond {@code maxSeconds}, so that the worker may end by itself first. */
  private static final Duration OVERTIME = Duration.ofMinutes(5);

  private final AttemptRepository attempts;
  private final RunFinisher ending;
  private final CheckpointVerifier output;
  private final ComputeEngine engine;
  private final DeclaredLoopRepository loops;
  private final BatchRepository batches;
  private final DatasetAssembler data;
  private final WorkerTokenGenerator tokens;
  private final TrainingConfig config;

  public AttemptWatcher(
      AttemptRepository attempts,
      RunFinisher ending,
      CheckpointVerifier output,
      ComputeEngine engine,
      DeclaredLoopRepository loops,
      BatchRepository batches,
      DatasetAssembler data,
      WorkerTokenGenerator tokens,
      TrainingConfig config) {
    this.attempts = attempts;
    this.ending = ending;
    this.output = output;
    this.engine = engine;
    this.loops = loops;
    this.batches = batches;
    this.data = data;
    this.tokens = tokens;
    this.config = config;
  }

  /** In the caller's transaction, which has locked the run. */
  public void look(RunRepository.StoredRun stored, Run.Active run, Instant now) {
    String attemptId = AttemptStarter.attemptId(run.identity().runId(), run.fence());
    AttemptRepository.StoredAttempt seen =
        attempts
            .find(attemptId)
            .orElseThrow(() -> new IllegalStateException("run without attempt " + attemptId));
    switch (seen.attempt()) {
      case Attempt.Starting starting -> starting(stored, run, starting, now);
      case Attempt.Live _ -> live(stored, run, now);
      case Attempt.Ended _ ->
          throw new IllegalStateException("active run with the ended attempt " + attemptId);
    }
  }

  private void starting(
      RunRepository.StoredRun stored, Run.Active run, Attempt.Starting starting, Instant now) {
    String attemptId = starting.facts().attemptId();
    if (engine.poll(attemptId) instanceof Observation.Unknown) {
      String token = tokens.next();
      QuarkusTransaction.requiringNew()
          .run(() -> attempts.setToken(attemptId, ContentDigests.sha256(token)));
      switch (engine.launch(starting.facts().runSpec(), token)) {
        case ComputeEngine.Launch.Refused refused -> {
          lockUnfinished(run)
              .ifPresent(
                  attempt ->
                      ending.endAttempt(
                          stored, run, attempt, new AttemptEnd.Refused(refused.reason()), now));
          return;
        }
        case ComputeEngine.Launch.Started _ -> {
          // Seen below, as after a restart.
        }
      }
    }
    if (lockUnfinished(run).orElse(null) instanceof Attempt.Starting still) {
      attempts.save(still.launched(now, config.launchGrace()));
    }
    live(stored, run, now);
  }

  private void live(RunRepository.StoredRun stored, Run.Active run, Instant now) {
    AttemptRepository.StoredAttempt locked =
        attempts.lock(run.identity().runId(), run.fence()).orElseThrow();
    if (!(locked.attempt() instanceof Attempt.Live live)) {
      return;
    }
    String attemptId = live.facts().attemptId();
    switch (engine.poll(attemptId)) {
      case Observation.Exited exited -> exited(stored, run, locked, live, exited, now);
      case Observation.Running _, Observation.Unknown _ ->
          overdue(run, live, now)
              .ifPresent(
                  lost -> {
                    engine.stop(attemptId, Manner.AT_ONCE);
                    ending.endAttempt(stored, run, live, lost, now);
                  });
    }
  }

  private void exited(
      RunRepository.StoredRun stored,
      Run.Active run,
      AttemptRepository.StoredAttempt locked,
      Attempt.Live live,
      Observation.Exited exited,
      Instant now) {
    if (exited.code() != ExitCodes.DONE) {
      String detail = ExitDescription.sentence(exited, locked.error());
      AttemptEnd end =
          new AttemptEnd.Exited(
              exited.code(), detail, ExitDescription.diverged(exited, locked.error()));
      corruptBatch(run, exited.code())
          .ifPresentOrElse(
              corrupt -> ending.endCorrupt(stored, run, live, end, corrupt, now),
              () -> ending.endAttempt(stored, run, live, end, now));
      return;
    }
    endedWell(stored, run, live, now);
  }

  private void endedWell(
      RunRepository.StoredRun stored, Run.Active run, Attempt.Live live, Instant now) {
    CheckpointVerifier.Verdict verdict;
    try {
      verdict = output.verify(run.identity().runId(), run.fence(), null);
    } catch (ObjectStoreException e) {
      // The store gets as long as the worker itself would have had to be heard of again.
      if (overdue(run, live, now).isEmpty()) {
        LOG.warnf("output-unreadable run=%s reason=%s", run.identity().runId(), e.getMessage());
        return;
      }
      verdict = new CheckpointVerifier.Verdict.Broken(String.valueOf(e.getMessage()));
    }
    switch (verdict) {
      case CheckpointVerifier.Verdict.Whole whole -> ending.succeed(stored, run, live, whole, now);
      case CheckpointVerifier.Verdict.Broken broken ->
          ending.endAttempt(
              stored,
              run,
              live,
              new AttemptEnd.BadOutput("the worker ended with 0, but " + broken.reason()),
              now);
    }
  }

  /** A worker that refuses its data may have met a batch that changed since the run was planned. */
  private Optional<CorruptBatchException> corruptBatch(Run.Active run, int exitCode) {
    if (exitCode != ExitCodes.BAD_DATA) {
      return Optional.empty();
    }
    RunIdentity identity = run.identity();
    return data.firstCorrupt(batches.byId(identity.loop(), identity.batchIds()));
  }

  private Optional<AttemptEnd.Lost> overdue(Run.Active run, Attempt.Live live, Instant now) {
    LoopSpec.Training training =
        loops
            .bySha(run.identity().loop(), run.identity().loopSpecSha256())
            .orElseThrow()
            .spec()
            .spec()
            .training();
    return live.overdue(
        now, training.progressDeadline(), Duration.ofSeconds(training.maxSeconds()).plus(OVERTIME));
  }

  private Optional<Attempt.Unfinished> lockUnfinished(Run.Active run) {
    return attempts
        .lock(run.identity().runId(), run.fence())
        .map(AttemptRepository.StoredAttempt::attempt)
        .filter(Attempt.Unfinished.class::isInstance)
        .map(Attempt.Unfinished.class::cast);
  }
}
