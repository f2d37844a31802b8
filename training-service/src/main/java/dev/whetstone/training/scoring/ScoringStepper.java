package dev.whetstone.training.scoring;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.scoring.ScoringSpec;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.attempt.WorkerTokenGenerator;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.EngineRouter;
import dev.whetstone.training.engine.WorkerTask;
import dev.whetstone.training.scoring.ScoringJobRepository.StoredJob;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes one scoring job one step further. It calls the engine and the object store outside any
 * transaction and keeps no state, so that it may be killed at any line.
 */
@ApplicationScoped
public class ScoringStepper {
  /** Longer than an engine takes to start a worker. */
  static final Duration CLAIM = Duration.ofMinutes(1);

  private static final Duration DEFERRAL = Duration.ofSeconds(2);
  private static final Duration REFUSAL = Duration.ofSeconds(30);
  private static final Duration UNKNOWN_LOOP = Duration.ofSeconds(5);
  private static final ComputeEngine.Manner AT_ONCE = ComputeEngine.Manner.AT_ONCE;

  private final ScoringJobRepository jobs;
  private final ScoringMoves moves;
  private final ScoresVerifier verifier;
  private final DeclaredLoopRepository loops;
  private final EngineRouter engines;
  private final WorkerTokenGenerator tokens;
  private final ObjectStore store;
  private final ScoringConfig config;
  private final TrainingConfig training;
  private final LeaseClock clock;

  public ScoringStepper(
      ScoringJobRepository jobs,
      ScoringMoves moves,
      ScoresVerifier verifier,
      DeclaredLoopRepository loops,
      EngineRouter engines,
      WorkerTokenGenerator tokens,
      ObjectStore store,
      ScoringConfig config,
      TrainingConfig training,
      LeaseClock clock) {
    this.jobs = jobs;
    this.moves = moves;
    this.verifier = verifier;
    this.loops = loops;
    this.engines = engines;
    this.tokens = tokens;
    this.store = store;
    this.config = config;
    this.training = training;
    this.clock = clock;
  }

  /** Answers whether the job moved, so that another step may follow at once. */
  public boolean step(String jobId) {
    Optional<StoredJob> found = jobs.find(jobId);
    if (found.isEmpty() || !(found.get().job() instanceof ScoringJob.Unfinished job)) {
      return false;
    }
    StoredJob seen = found.get();
    LoopSpec.Engine settings =
        loops
            .current(job.facts().loop())
            .map(declared -> declared.spec().spec().training().engineOrDefault())
            .orElse(LoopSpec.Engine.PROCESS);
    Optional<ComputeEngine> engine = engines.find(settings.kind());
    if (engine.isEmpty()) {
      return carryOutWithoutEngine(seen, job, engines.missing(settings.kind()));
    }
    Observation observation =
        job.fence() == 0 ? new Observation.Unknown() : engine.get().poll(attempt(job).text());
    Instant now = clock.now();
    ScoringMove move = ScoringJobRule.decide(job, seen.error(), observation, now);
    return carryOut(new Step(seen, job, engine.get(), settings), move, now);
  }

  /** What one step is about. */
  private record Step(
      StoredJob seen, ScoringJob.Unfinished job, ComputeEngine engine, LoopSpec.Engine settings) {
    String attemptId() {
      return attempt(job).text();
    }
  }

  private boolean carryOut(Step step, ScoringMove move, Instant now) {
    return switch (move) {
      case ScoringMove.Keep _ -> false;
      case ScoringMove.Launch _ -> launch(step, now);
      case ScoringMove.RecordLaunch _ ->
          step.job() instanceof ScoringJob.Launching launching
              && moves.save(step.seen(), launching.launched());
      case ScoringMove.StopFormer _ -> {
        step.engine().stop(step.attemptId(), AT_ONCE);
        yield false;
      }
      case ScoringMove.Retry retry ->
          moves.save(
              step.seen(), step.job().retry(retry.failures(), retry.dueAt(), retry.reason()));
      case ScoringMove.VerifyOutput _ -> verify(step, now);
      case ScoringMove.Fail fail -> {
        if (step.job().fence() > 0) {
          step.engine().stop(step.attemptId(), AT_ONCE);
        }
        yield moves.fail(step.seen(), step.job().fail(fail.code(), fail.reason()));
      }
    };
  }

  /** Only a claim lets a reconciler call the engine, so that the stored token is the worker's. */
  private boolean launch(Step step, Instant now) {
    ScoringJob.Launching claimed =
        switch (step.job()) {
          case ScoringJob.Waiting waiting -> waiting.claim(now.plus(CLAIM));
          case ScoringJob.Launching launching -> launching.claimAgain(now.plus(CLAIM));
          case ScoringJob.Running _ -> throw new IllegalStateException("already launched");
        };
    String token = tokens.next();
    Optional<StoredJob> own =
        moves.saveWithToken(step.seen(), claimed, ContentDigests.sha256(token));
    if (own.isEmpty()) {
      return false;
    }
    WorkerTask task = new WorkerTask.Scoring(spec(claimed));
    AttemptLaunch launch = new AttemptLaunch(claimed.facts().loop(), task, step.settings(), token);
    return switch (step.engine().launch(launch)) {
      case ComputeEngine.Launch.Started _, ComputeEngine.Launch.Accepted _ ->
          moves.save(own.get(), claimed.launched());
      case ComputeEngine.Launch.Deferred deferred ->
          moves.save(own.get(), claimed.defer(clock.now(), DEFERRAL, deferred.reason())) && false;
      case ComputeEngine.Launch.Refused refused ->
          moves.save(own.get(), claimed.defer(clock.now(), REFUSAL, refused.reason())) && false;
    };
  }

  private ScoringSpec spec(ScoringJob.Launching job) {
    var request = job.facts().request();
    ScoringAttemptId attempt = attempt(job);
    String output = store.uri(attempt.folder()).toString();
    return new ScoringSpec(
        job.facts().jobId(),
        attempt.text(),
        job.fence(),
        request.baseModel(),
        new RunSpec.Input(request.items().uri(), request.items().sha256()),
        request.adapters(),
        config.maxBatchTokens(),
        new RunSpec.Output(output.endsWith("/") ? output : output + "/"),
        new RunSpec.Callback(training.callbackUrl().toString()));
  }

  /** A store that cannot be read now is read again at the next look, up to the deadline. */
  private boolean verify(Step step, Instant now) {
    if (!(step.job() instanceof ScoringJob.Running running)) {
      return false;
    }
    return switch (verifier.verify(attempt(running))) {
      case ScoresVerifier.Verification.Valid valid ->
          moves.complete(step.seen(), running.complete(), valid);
      case ScoresVerifier.Verification.Invalid invalid ->
          carryOut(
              step,
              ScoringJobRule.afterFailure(
                  running, "the worker exited with 0, but " + invalid.reason(), now),
              now);
    };
  }

  private boolean carryOutWithoutEngine(StoredJob seen, ScoringJob.Unfinished job, String missing) {
    Instant now = clock.now();
    return now.isBefore(job.facts().request().deadline())
        ? moves.save(seen, job.retry(job.failures(), now.plus(UNKNOWN_LOOP), missing)) && false
        : moves.fail(seen, job.fail("no-engine", missing));
  }

  private static ScoringAttemptId attempt(ScoringJob.Unfinished job) {
    return new ScoringAttemptId(job.facts().jobId(), job.fence());
  }
}
