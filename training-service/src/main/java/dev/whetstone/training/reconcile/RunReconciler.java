package dev.whetstone.training.reconcile;

import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.config.TrainingMetrics;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunFinisher;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunScheduler;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Drives every run by looking at rows, never at events, and remembers nothing itself: it may be
 * killed at any line and several may run at once.
 */
@ApplicationScoped
public class RunReconciler {
  private static final Logger LOG = Logger.getLogger(RunReconciler.class);

  /** Reading and verifying a run's rows may take a while. */
  private static final int TRANSACTION_SECONDS = 300;

  /** A run that moves on and on leaves room for the others. */
  private static final int MOST_MOVES = 4;

  private final RunScheduler planner;
  private final ReconcilerHeartbeat controlPlane;
  private final RunRepository runs;
  private final AttemptStarter start;
  private final AttemptWatcher watch;
  private final RunFinisher ending;
  private final AttemptRepository attempts;
  private final ComputeEngine engine;
  private final LeaseClock clock;
  private final AtomicInteger liveRuns;
  private volatile boolean stopping;

  public RunReconciler(
      RunScheduler planner,
      ReconcilerHeartbeat controlPlane,
      RunRepository runs,
      AttemptStarter start,
      AttemptWatcher watch,
      RunFinisher ending,
      AttemptRepository attempts,
      ComputeEngine engine,
      LeaseClock clock,
      MeterRegistry registry) {
    this.planner = planner;
    this.controlPlane = controlPlane;
    this.runs = runs;
    this.start = start;
    this.watch = watch;
    this.ending = ending;
    this.attempts = attempts;
    this.engine = engine;
    this.clock = clock;
    this.liveRuns =
        Objects.requireNonNull(registry.gauge(TrainingMetrics.LIVE_RUNS, new AtomicInteger()));
  }

  @Scheduled(
      every = "${whetstone.training.reconcile-every:1s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void scheduled() {
    if (stopping) {
      return;
    }
    try {
      pass();
    } catch (RuntimeException e) {
      LOG.errorf(e, "reconciler-pass-failed");
    }
  }

  /** What ends while the service goes down is for the next one to see. */
  void onShutdown(@Observes @Priority(1) ShutdownEvent event) {
    stopping = true;
  }

  /** Looks once at everything. One run's trouble does not keep it from the others. */
  public void pass() {
    controlPlane.beat();
    planner.planAll();
    List<String> unfinished = runs.unfinished();
    liveRuns.set(unfinished.size());
    for (String runId : unfinished) {
      try {
        for (int moves = 0; moves < MOST_MOVES && !stopping && step(runId); moves++) {
          LOG.tracef("run-moved run=%s", runId);
        }
      } catch (RuntimeException e) {
        LOG.errorf(e, "run-step-failed run=%s", runId);
      }
    }
  }

  /** Answers whether the run can go on at once. */
  private boolean step(String runId) {
    return QuarkusTransaction.requiringNew()
        .timeout(TRANSACTION_SECONDS)
        .call(() -> runs.claim(runId).map(this::step).orElse(false));
  }

  private boolean step(RunRepository.StoredRun stored) {
    Instant now = clock.now();
    if (stored.supersedeReason() != null) {
      supersede(stored, stored.supersedeReason(), now);
      return false;
    }
    return switch (stored.run()) {
      case Run.Waiting waiting when waiting.isDue(now) -> {
        start.start(stored, waiting, now);
        yield canGoOn(waiting.identity().runId(), Run.Active.class, now);
      }
      case Run.Waiting _ -> false;
      case Run.Active active -> {
        watch.look(stored, active, now);
        yield canGoOn(active.identity().runId(), Run.Waiting.class, now);
      }
      case Run.Succeeded _, Run.Failed _, Run.Superseded _ -> false;
    };
  }

  private boolean canGoOn(String runId, Class<? extends Run> moved, Instant now) {
    Run run = runs.find(runId).orElseThrow().run();
    boolean due = !(run instanceof Run.Waiting waiting) || waiting.isDue(now);
    return moved.isInstance(run) && due;
  }

  private void supersede(RunRepository.StoredRun stored, String reason, Instant now) {
    if (!(stored.run() instanceof Run.Unfinished run)) {
      return;
    }
    if (run instanceof Run.Active active) {
      String runId = active.identity().runId();
      engine.stop(AttemptStarter.attemptId(runId, active.fence()), ComputeEngine.Manner.AT_ONCE);
      attempts
          .lock(runId, active.fence())
          .filter(found -> found.attempt() instanceof Attempt.Unfinished)
          .ifPresent(
              found ->
                  attempts.save(((Attempt.Unfinished) found.attempt()).supersede(reason, now)));
    }
    ending.supersede(run, reason, now);
  }
}
