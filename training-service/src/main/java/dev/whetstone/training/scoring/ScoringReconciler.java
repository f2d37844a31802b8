package dev.whetstone.training.scoring;

import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Moves scoring jobs by looking at rows that are due, never at events. Each job has a thread of its
 * own; a pass without jobs is one statement. Several services may run at once.
 */
@ApplicationScoped
public class ScoringReconciler {
  private static final Logger LOG = Logger.getLogger(ScoringReconciler.class);
  private static final int JOBS_PER_PASS = 16;
  private static final int PRUNED_PER_PASS = 100;

  private final ScoringJobRepository jobs;
  private final ScoringStepper stepper;
  private final ObjectStore store;
  private final ScoringConfig config;
  private final LeaseClock clock;
  private final ReconcileLoop reconciling = new ReconcileLoop("scoring", LOG);
  private final ReconcileLoop pruning = new ReconcileLoop("scoring-pruning", LOG);

  public ScoringReconciler(
      ScoringJobRepository jobs,
      ScoringStepper stepper,
      ObjectStore store,
      ScoringConfig config,
      LeaseClock clock) {
    this.jobs = jobs;
    this.stepper = stepper;
    this.store = store;
    this.config = config;
    this.clock = clock;
  }

  @Scheduled(
      every = "${whetstone.training.reconcile-every:1s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void scheduled() {
    reconciling.pass(
        () ->
            jobs.due(clock.now(), JOBS_PER_PASS)
                .forEach(job -> reconciling.start(job, () -> stepUntilIdle(job))));
  }

  @Scheduled(every = "10m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void prune() {
    pruning.pass(this::pruneEnded);
  }

  void onShutdown(@Observes @Priority(1) ShutdownEvent event) {
    reconciling.stop();
    pruning.stop();
  }

  /** Looks once at every job that is due. */
  public void pass() {
    jobs.due(clock.now(), JOBS_PER_PASS)
        .forEach(job -> reconciling.untilIdle(job, () -> stepper.step(job)));
  }

  /** Deletes jobs that ended long ago: their objects first, so that a row remains to find them. */
  public void pruneEnded() {
    for (String job : jobs.endedBefore(clock.now().minus(config.keep()), PRUNED_PER_PASS)) {
      try (Stream<ObjectPage.Entry> objects = store.list("scoring/" + job + "/")) {
        objects.forEach(object -> store.delete(object.key()));
      }
      QuarkusTransaction.requiringNew().run(() -> jobs.delete(job));
    }
  }

  private void stepUntilIdle(String job) {
    while (!reconciling.isStopping() && stepper.step(job)) {
      LOG.debugf("scoring-job-moved job=%s", job);
    }
  }
}
