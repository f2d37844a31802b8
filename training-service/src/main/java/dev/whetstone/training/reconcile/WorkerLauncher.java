package dev.whetstone.training.reconcile;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.tenant.ServingKeyResolver;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.AttemptRepository.StoredAttempt;
import dev.whetstone.training.attempt.WorkerTokenGenerator;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.ServingKeyReader;
import dev.whetstone.training.engine.WorkerTask;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunRepository.StoredRun;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jboss.logging.Logger;

/** Launches an attempt's worker: claims the launch, asks the engine, records the answer. */
@ApplicationScoped
public class WorkerLauncher {
  private static final Logger LOG = Logger.getLogger(WorkerLauncher.class);

  /**
   * Longer than an engine takes to start a worker. When a claim has ended without a recorded
   * answer, the attempt is given up for another with a fence of its own.
   */
  private static final Duration CLAIM = Duration.ofMinutes(1);

  private static final Duration DEFERRAL = Duration.ofSeconds(5);

  private final AttemptRepository attempts;
  private final RunFinisher finisher;
  private final WorkerTokenGenerator tokens;
  private final ServingKeyReader servingKeys;
  private final RunMoveApplier applier;
  private final LeaseClock clock;
  private final TrainingConfig config;

  public WorkerLauncher(
      AttemptRepository attempts,
      RunFinisher finisher,
      WorkerTokenGenerator tokens,
      ServingKeyReader servingKeys,
      RunMoveApplier applier,
      LeaseClock clock,
      TrainingConfig config) {
    this.attempts = attempts;
    this.finisher = finisher;
    this.tokens = tokens;
    this.servingKeys = servingKeys;
    this.applier = applier;
    this.clock = clock;
    this.config = config;
  }

  /**
   * Starts the worker of a starting attempt. Only a claim lets a reconciler call the engine, so
   * that the stored token is that of the worker. Answers whether the run moved.
   */
  public boolean launch(
      StoredRun seen,
      Run.Active run,
      Attempt.Starting attempt,
      ComputeEngine engine,
      LoopSpec.Engine settings) {
    String attemptId = attempt.facts().attemptId();
    RunSpec spec = attempt.facts().runSpec();
    Map<String, String> secrets;
    try {
      secrets = secrets(run.identity().loop().tenant(), spec);
    } catch (ServingKeyResolver.UnresolvedKeyException e) {
      String reason = String.valueOf(e.getMessage());
      return applier.applyIf(seen, () -> refuse(seen, run, attemptId, reason));
    }
    String token = tokens.next();
    if (!claim(attemptId, token)) {
      return false;
    }
    AttemptLaunch launch =
        new AttemptLaunch(
            run.identity().loop(), new WorkerTask.Training(spec), settings, token, secrets);
    return switch (engine.launch(launch)) {
      case ComputeEngine.Launch.Started _ -> recordLaunch(seen, attemptId, engine);
      case ComputeEngine.Launch.Accepted _ -> false;
      case ComputeEngine.Launch.Deferred deferred -> defer(attemptId, deferred.reason());
      case ComputeEngine.Launch.Refused refused ->
          applier.applyIf(seen, () -> refuse(seen, run, attemptId, refused.reason()));
    };
  }

  /** The key of the model server, which the worker's template check needs. */
  private Map<String, String> secrets(String tenant, RunSpec spec) {
    RunSpec.Serving serving = spec.serving();
    String reference = serving == null ? null : serving.credentials();
    return reference == null || reference.isBlank()
        ? Map.of()
        : Map.of(
            ServingKeyReader.VARIABLE,
            servingKeys.read(tenant, reference, URI.create(serving.endpoint())));
  }

  /** Records that the worker was started. Answers whether the run moved. */
  public boolean recordLaunch(StoredRun seen, String attemptId, ComputeEngine engine) {
    boolean recorded =
        applier.applyIf(
            seen,
            () -> {
              if (!(locked(attemptId).attempt() instanceof Attempt.Starting starting)) {
                return false;
              }
              attempts.save(starting.launched(clock.now(), config.launchGrace()));
              return true;
            });
    if (!recorded && attempts.find(attemptId).orElseThrow().attempt() instanceof Attempt.Ended) {
      LOG.infof("worker-of-ended-attempt-stopped attempt=%s", attemptId);
      engine.stop(attemptId, ComputeEngine.Manner.AT_ONCE);
    }
    return recorded;
  }

  private boolean claim(String attemptId, String token) {
    Instant now = clock.now();
    return QuarkusTransaction.requiringNew()
        .call(
            () ->
                attempts.claimLaunch(
                    attemptId, ContentDigests.sha256(token), now, now.plus(CLAIM)));
  }

  private boolean defer(String attemptId, String reason) {
    LOG.debugf("worker-launch-deferred attempt=%s reason=%s", attemptId, reason);
    QuarkusTransaction.requiringNew()
        .run(() -> attempts.deferLaunch(attemptId, reason, clock.now().plus(DEFERRAL)));
    return false;
  }

  /** Shows what the engine waits for. Answers false: the run does not move by it. */
  public boolean showWait(String attemptId, String reason) {
    QuarkusTransaction.requiringNew().run(() -> attempts.showWait(attemptId, reason));
    return false;
  }

  private boolean refuse(StoredRun seen, Run.Active run, String attemptId, String reason) {
    if (!(locked(attemptId).attempt() instanceof Attempt.Starting starting)) {
      return false;
    }
    finisher.endAttempt(seen, run, starting, new AttemptEnd.Refused(reason), clock.now());
    return true;
  }

  private StoredAttempt locked(String attemptId) {
    return attempts.lock(attemptId).orElseThrow();
  }
}
