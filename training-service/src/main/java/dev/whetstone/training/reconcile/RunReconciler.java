package dev.whetstone.training.reconcile;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.kit.work.ReconcileLoop;
import dev.whetstone.training.batch.BatchRepository.NewBatches;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.metrics.TrainingMeter;
import dev.whetstone.training.run.RunScheduler;
import dev.whetstone.training.run.UnfinishedRunRepository;
import dev.whetstone.training.run.UnfinishedRunRepository.UnfinishedRun;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Moves every run by looking at rows, never at events. Each run's steps and each loop's planning
 * run on a virtual thread of their own, one at a time per run and per loop: a slow compute engine
 * or object store delays only the run that waits for it. A pass is two statements; loops without
 * news and runs that wait for a time cost nothing more. Several services may run at once.
 */
@Startup
@ApplicationScoped
public class RunReconciler {
  private static final Logger LOG = Logger.getLogger(RunReconciler.class);

  /** Steps of one run in a row, after which other runs get its thread. */
  private static final int MAX_STEPS_IN_A_ROW = 4;

  /** For steps in progress at shutdown; a step that is cut off is repeated after the restart. */
  private static final Duration SHUTDOWN_WAIT = Duration.ofSeconds(10);

  private final RunScheduler scheduler;
  private final ReconcilerHeartbeat heartbeat;
  private final UnfinishedRunRepository runs;
  private final RunStepper stepper;
  private final LeaseClock clock;
  private final TrainingConfig config;
  private final PlanningSchedule schedule = new PlanningSchedule();
  private final AtomicInteger liveRuns = new AtomicInteger();
  private final KeyedTasks<LoopId> planning;
  private final KeyedTasks<String> steps;
  private final ReconcileLoop reconciling = new ReconcileLoop("run-reconciler", LOG);

  public RunReconciler(
      RunScheduler scheduler,
      ReconcilerHeartbeat heartbeat,
      UnfinishedRunRepository runs,
      RunStepper stepper,
      LeaseClock clock,
      TrainingConfig config,
      MeterRegistrar meters) {
    this.scheduler = scheduler;
    this.heartbeat = heartbeat;
    this.runs = runs;
    this.stepper = stepper;
    this.clock = clock;
    this.config = config;
    this.planning = new KeyedTasks<>(config.maxConcurrentSteps());
    this.steps = new KeyedTasks<>(config.maxConcurrentSteps());
    meters.gauge(TrainingMeter.LIVE_RUNS, liveRuns::get);
  }

  @Scheduled(
      every = "${whetstone.training.reconcile-every:1s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void scheduled() {
    reconciling.pass(
        () -> {
          heartbeat.beat();
          planLoops();
          stepRuns();
        });
  }

  /** Observations made during shutdown are left to the next start. */
  void onShutdown(@Observes @Priority(1) ShutdownEvent event) throws InterruptedException {
    reconciling.stop();
    if (!steps.awaitAll(SHUTDOWN_WAIT)) {
      LOG.warnf("reconciler-steps-cut-off limit=%s", SHUTDOWN_WAIT);
    }
  }

  /** Looks once at every loop and every run, and waits for what that starts. */
  public void pass() {
    heartbeat.beat();
    planLoops().forEach(CompletableFuture::join);
    stepRuns().forEach(CompletableFuture::join);
  }

  private List<CompletableFuture<Void>> planLoops() {
    return schedule.due(scheduler.loopsWithNewBatches(), clock.now()).stream()
        .map(batches -> planning.submit(batches.loop(), () -> plan(batches)))
        .toList();
  }

  /** The new run's first step need not wait for the next pass. */
  private void plan(NewBatches batches) {
    LoopId loop = batches.loop();
    reconciling.step(
        "plan " + loop.key(),
        () -> {
          Optional<String> planned = scheduler.plan(loop);
          if (planned.isEmpty()) {
            schedule.postpone(batches, clock.now().plus(config.planEvery()));
          }
          if (!reconciling.isStopping() && planned.map(this::submitStep).isPresent()) {
            LOG.debugf("run-step-submitted loop=%s run=%s", loop, planned.get());
          }
          return false;
        });
  }

  private List<CompletableFuture<Void>> stepRuns() {
    List<UnfinishedRun> unfinished = runs.all(clock.now());
    liveRuns.set(unfinished.size());
    return unfinished.stream()
        .filter(UnfinishedRun::due)
        .map(run -> submitStep(run.runId()))
        .toList();
  }

  private CompletableFuture<Void> submitStep(String runId) {
    return steps.submit(runId, () -> step(runId));
  }

  private void step(String runId) {
    String item = "run " + runId;
    for (int moves = 0;
        moves < MAX_STEPS_IN_A_ROW && reconciling.step(item, () -> stepper.step(runId));
        moves++) {
      LOG.tracef("run-moved run=%s", runId);
    }
  }
}
