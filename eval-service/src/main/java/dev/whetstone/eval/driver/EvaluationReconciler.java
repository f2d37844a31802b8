package dev.whetstone.eval.driver;

import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.due.DueLoopReconciler;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.kit.work.LeaseManager;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import org.jboss.logging.Logger;

/** Runs the evaluations of the loops that are due. */
@ApplicationScoped
public class EvaluationReconciler {
  private static final Logger LOG = Logger.getLogger(EvaluationReconciler.class);
  private final DueLoopRepository loops;
  private final DueLoopReconciler reconciler;

  public EvaluationReconciler(
      DueLoopRepository loops,
      EvaluationDriver driver,
      LeaseManager leases,
      EvalConfig config,
      Clock clock) {
    this.loops = loops;
    this.reconciler =
        new DueLoopReconciler(
            WorkKind.EVALUATION,
            loops,
            leases,
            config.concurrentLoops(),
            config.concurrentLoopsPerTenant(),
            config.longestPause(),
            clock,
            LOG,
            driver::work);
  }

  @Scheduled(
      every = "${whetstone.eval.reconcile-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void pass() {
    reconciler.pass();
  }

  /**
   * Checks every loop after a start and a few times a day, whether or not there is news about it. A
   * check costs four transactions for each kind of work: at a short interval, loops without news
   * would cost more than those with news.
   */
  @Scheduled(
      every = "${whetstone.eval.sweep-every}",
      delayed = "${whetstone.eval.sweep-after-start}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void sweep() {
    loops.wakeEvery();
  }

  void stop(@Observes ShutdownEvent event) {
    reconciler.stop();
  }
}
