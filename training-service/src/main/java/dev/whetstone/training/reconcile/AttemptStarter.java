package dev.whetstone.training.reconcile;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.GpuBudget;
import dev.whetstone.training.batch.CorruptBatchException;
import dev.whetstone.training.checkpoint.ResumePointFinder;
import dev.whetstone.training.checkpoint.RunObjectKeys;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.plan.RunPlan;
import dev.whetstone.training.plan.RunSpecBuilder;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunPlanBuilder;
import dev.whetstone.training.run.RunRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes a waiting run to its next attempt's row. The worker itself is started later, by whoever
 * finds the row: so a kill between the two loses nothing.
 */
@ApplicationScoped
public class AttemptStarter {
  private static final String UNKNOWN =
      "the declaration %s is gone from this service's database; apply the loop's file again";

  private static final String SPENT =
      "the %d GPU seconds of the last 24 hours are used up (budgets.maxGpuSecondsPerDay)";

  private static final Duration BUDGET_PAUSE = Duration.ofMinutes(1);
  private static final Duration STORE_PAUSE = Duration.ofSeconds(10);
  private static final Duration OLD_WORKER_PAUSE = Duration.ofSeconds(1);

  private final RunRepository runs;
  private final AttemptRepository attempts;
  private final GpuBudget budget;
  private final RunFinisher ending;
  private final RunPlanBuilder plans;
  private final ResumePointFinder resumePoints;
  private final DeclaredLoopRepository loops;
  private final ComputeEngine engine;
  private final ObjectStore store;
  private final TrainingConfig config;

  public AttemptStarter(
      RunRepository runs,
      AttemptRepository attempts,
      GpuBudget budget,
      RunFinisher ending,
      RunPlanBuilder plans,
      ResumePointFinder resumePoints,
      DeclaredLoopRepository loops,
      ComputeEngine engine,
      ObjectStore store,
      TrainingConfig config) {
    this.runs = runs;
    this.attempts = attempts;
    this.budget = budget;
    this.ending = ending;
    this.plans = plans;
    this.resumePoints = resumePoints;
    this.loops = loops;
    this.engine = engine;
    this.store = store;
    this.config = config;
  }

  /** The id of a run's attempt with a fence. */
  public static String attemptId(String runId, long fence) {
    return runId + "-" + fence;
  }

  /** In the caller's transaction, which has locked the run. */
  public void start(RunRepository.StoredRun stored, Run.Waiting run, Instant now) {
    RunIdentity identity = run.identity();
    if (run.fence() > 0 && oldWorkerLives(identity.runId(), run.fence())) {
      runs.save(
          run.postpone(
              now.plus(OLD_WORKER_PAUSE), "waiting for the former attempt's worker to end"));
      return;
    }
    Optional<DeclaredLoop> loop = loops.bySha(identity.loop(), identity.loopSpecSha256());
    if (loop.isEmpty()) {
      ending.fail(stored, run, "loop-unknown", UNKNOWN.formatted(identity.loopSpecSha256()), now);
      return;
    }
    LoopSpec spec = loop.get().spec();
    if (budget.isSpent(identity.loop(), spec.spec().budgets(), now)) {
      runs.save(
          run.postpone(
              now.plus(BUDGET_PAUSE),
              SPENT.formatted(spec.spec().budgets().maxGpuSecondsPerDay())));
      return;
    }
    try {
      RunPlan plan = stored.plan();
      if (plan == null) {
        plan = plans.make(identity, spec);
        runs.savePlan(identity.runId(), plan);
      }
      insert(run, spec, plan, now);
    } catch (CorruptBatchException e) {
      ending.failCorrupt(stored, run, e, now);
    } catch (IllegalArgumentException e) {
      ending.fail(stored, run, "bad-input", String.valueOf(e.getMessage()), now);
    } catch (ObjectStoreException e) {
      runs.save(run.postpone(now.plus(STORE_PAUSE), String.valueOf(e.getMessage())));
    }
  }

  private boolean oldWorkerLives(String runId, long fence) {
    String attemptId = attemptId(runId, fence);
    if (engine.poll(attemptId) instanceof ComputeEngine.Observation.Running) {
      engine.stop(attemptId, ComputeEngine.Manner.AT_ONCE);
      return true;
    }
    return false;
  }

  private void insert(Run.Waiting run, LoopSpec spec, RunPlan plan, Instant now) {
    LoopSpec.Training training = spec.spec().training();
    String runId = run.identity().runId();
    Run.Active active = run.start();
    String attemptId = attemptId(runId, active.fence());
    RunSpec.Input resume = run.fence() == 0 ? null : resumePoints.newest(runId).orElse(null);
    String output = store.uri(RunObjectKeys.ofAttempt(runId, active.fence())).toString();
    RunSpecBuilder.AttemptFacts facts =
        new RunSpecBuilder.AttemptFacts(
            runId,
            attemptId,
            active.fence(),
            run.tally().microBatchSize(),
            resume,
            output.endsWith("/") ? output : output + "/",
            config.callbackUrl().toString());
    RunSpec runSpec = RunSpecBuilder.build(spec, plan, facts);
    attempts.insert(
        new Attempt.Starting(new Attempt.Facts(attemptId, runId, active.fence(), runSpec, now)),
        training.leaseDuration());
    runs.save(active);
  }
}
