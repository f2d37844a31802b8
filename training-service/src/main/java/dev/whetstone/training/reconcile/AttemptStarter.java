package dev.whetstone.training.reconcile;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.tenant.InputFolders;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.attempt.GpuBudget;
import dev.whetstone.training.batch.CorruptBatchException;
import dev.whetstone.training.checkpoint.ResumePointFinder;
import dev.whetstone.training.checkpoint.RunObjectKeys;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.EngineRouter;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.plan.RunPlan;
import dev.whetstone.training.plan.RunSpecBuilder;
import dev.whetstone.training.run.MicroBatchRepository;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunPlanBuilder;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunRepository.StoredRun;
import dev.whetstone.training.run.StartingPointResolver;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes a waiting run to its next attempt's row. The worker itself is launched by the next step,
 * from the row: a kill between the two loses nothing.
 */
@ApplicationScoped
public class AttemptStarter {
  private static final String UNKNOWN =
      "this service's database has no declaration %s; apply the loop's file again";

  private static final String SPENT =
      "the %d GPU seconds of the last 24 hours are used up (budgets.maxGpuSecondsPerDay)";

  private static final Duration BUDGET_PAUSE = Duration.ofMinutes(1);
  private static final Duration ENGINE_PAUSE = Duration.ofMinutes(1);
  private static final Duration STORE_PAUSE = Duration.ofSeconds(10);
  private static final Duration OLD_WORKER_PAUSE = Duration.ofSeconds(1);

  private final RunRepository runs;
  private final AttemptRepository attempts;
  private final GpuBudget budget;
  private final RunFinisher finisher;
  private final RunPlanBuilder plans;
  private final StartingPointResolver startingPoints;
  private final ResumePointFinder resumePoints;
  private final DeclaredLoopRepository loops;
  private final EngineRouter engines;
  private final ObjectStore store;
  private final TrainingConfig config;
  private final MicroBatchRepository microBatches;
  private final InputFolders inputs;
  private final RunMoveApplier applier;

  public AttemptStarter(
      RunRepository runs,
      AttemptRepository attempts,
      GpuBudget budget,
      RunFinisher finisher,
      RunPlanBuilder plans,
      StartingPointResolver startingPoints,
      ResumePointFinder resumePoints,
      DeclaredLoopRepository loops,
      EngineRouter engines,
      ObjectStore store,
      TrainingConfig config,
      MicroBatchRepository microBatches,
      InputFolders inputs,
      RunMoveApplier applier) {
    this.runs = runs;
    this.attempts = attempts;
    this.budget = budget;
    this.finisher = finisher;
    this.plans = plans;
    this.startingPoints = startingPoints;
    this.resumePoints = resumePoints;
    this.loops = loops;
    this.engines = engines;
    this.store = store;
    this.config = config;
    this.microBatches = microBatches;
    this.inputs = inputs;
    this.applier = applier;
  }

  /** The id of a run's attempt with a fence. */
  public static String attemptId(String runId, long fence) {
    return runId + "-" + fence;
  }

  /** Outside any transaction. Answers whether the run moved. */
  public boolean start(StoredRun seen, Run.Waiting run, Instant now) {
    RunIdentity identity = run.identity();
    Optional<DeclaredLoop> loop = loops.bySha(identity.loop(), identity.loopSpecSha256());
    if (loop.isEmpty()) {
      String reason = UNKNOWN.formatted(identity.loopSpecSha256());
      return applier.apply(seen, () -> finisher.fail(seen, run, "loop-unknown", reason, now));
    }
    LoopSpec spec = loop.get().spec();
    String kind = spec.spec().training().engineOrDefault().kind();
    Optional<ComputeEngine> engine = engines.find(kind);
    if (engine.isEmpty()) {
      return postpone(seen, run, now.plus(ENGINE_PAUSE), engines.missing(kind));
    }
    if (run.fence() > 0
        && isOldWorkerRunning(engine.get(), attemptId(identity.runId(), run.fence()))) {
      return postpone(
          seen,
          run,
          now.plus(OLD_WORKER_PAUSE),
          "waiting for the worker of the previous attempt to end");
    }
    LoopSpec.Budgets budgets = spec.spec().budgets();
    if (budget.isSpent(identity.loop(), budgets, now)) {
      return postpone(
          seen, run, now.plus(BUDGET_PAUSE), SPENT.formatted(budgets.maxGpuSecondsPerDay()));
    }
    try {
      inputs.requireAll(spec);
      return insert(seen, run, spec, now);
    } catch (CorruptBatchException e) {
      return applier.apply(seen, () -> finisher.failCorrupt(seen, run, e, now));
    } catch (IllegalArgumentException e) {
      String reason = String.valueOf(e.getMessage());
      return applier.apply(seen, () -> finisher.fail(seen, run, "bad-input", reason, now));
    } catch (ObjectStoreException e) {
      return postpone(seen, run, now.plus(STORE_PAUSE), String.valueOf(e.getMessage()));
    }
  }

  private boolean postpone(StoredRun seen, Run.Waiting run, Instant until, String reason) {
    return applier.apply(seen, () -> runs.save(run.postpone(until, reason)));
  }

  private static boolean isOldWorkerRunning(ComputeEngine engine, String attemptId) {
    if (engine.poll(attemptId).mayRun()) {
      engine.stop(attemptId, ComputeEngine.Manner.AT_ONCE);
      return true;
    }
    return false;
  }

  /** Reads the object store first; the rows are written afterwards in one short transaction. */
  private boolean insert(StoredRun seen, Run.Waiting run, LoopSpec spec, Instant now) {
    RunIdentity identity = run.identity();
    RunPlan plan = seen.plan() == null ? plans.build(identity, spec) : seen.plan();
    Run.Active active = withFittingMicroBatch(run, spec, plan, now).start();
    Attempt.Starting attempt = attempt(run, active, spec, plan, now);
    Duration lease = spec.spec().training().leaseDuration();
    return applier.applyIf(
        seen,
        () -> {
          if (seen.plan() == null) {
            if (!startingPoints.isStillUsable(identity.loop(), plan)) {
              return false;
            }
            runs.savePlan(identity.runId(), plan);
          }
          attempts.insert(attempt, lease);
          runs.save(active);
          return true;
        });
  }

  /** A run's first attempt starts with what fitted into memory in the loop's earlier runs. */
  private Run.Waiting withFittingMicroBatch(
      Run.Waiting run, LoopSpec spec, RunPlan plan, Instant now) {
    if (run.fence() > 0) {
      return run;
    }
    return microBatches
        .find(
            run.identity().loop(),
            spec.spec().baseModel(),
            spec.spec().training().maxSequenceLength(),
            plan.hyperparameters().batchSize(),
            now)
        .map(run::withMicroBatch)
        .orElse(run);
  }

  private Attempt.Starting attempt(
      Run.Waiting run, Run.Active active, LoopSpec spec, RunPlan plan, Instant now) {
    String runId = run.identity().runId();
    String attemptId = attemptId(runId, active.fence());
    RunSpec.Input resume = run.fence() == 0 ? null : resumePoints.newest(runId).orElse(null);
    String output = store.uri(RunObjectKeys.ofAttempt(runId, active.fence())).toString();
    RunSpecBuilder.AttemptFacts facts =
        new RunSpecBuilder.AttemptFacts(
            runId,
            attemptId,
            active.fence(),
            active.tally().microBatchSize(),
            resume,
            output.endsWith("/") ? output : output + "/",
            config.callbackUrl().toString());
    RunSpec runSpec = RunSpecBuilder.build(spec, plan, facts);
    return new Attempt.Starting(new Attempt.Facts(attemptId, runId, active.fence(), runSpec, now));
  }
}
