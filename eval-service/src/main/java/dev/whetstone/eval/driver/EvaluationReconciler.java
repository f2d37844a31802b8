package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.lease.LeaseManager;
import dev.whetstone.eval.lease.LoopThreads;
import dev.whetstone.eval.registry.LoopRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Looks at rows again and again and lets each loop with work be judged on a thread of its own. */
@ApplicationScoped
public class EvaluationReconciler {
  private static final Logger LOG = Logger.getLogger(EvaluationReconciler.class);
  private final LoopRegistry registry;
  private final EvaluationDriver judge;
  private final LeaseManager leases;
  private final LoopThreads threads = new LoopThreads("judge");

  public EvaluationReconciler(LoopRegistry registry, EvaluationDriver judge, LeaseManager leases) {
    this.registry = registry;
    this.judge = judge;
    this.leases = leases;
  }

  @Scheduled(
      every = "${whetstone.eval.reconcile-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void look() {
    try {
      registry.all().forEach(declared -> look(declared.id()));
    } catch (RuntimeException e) {
      LOG.warnf("judge-reconciler reason=%s", e.getMessage());
    }
  }

  /** Rows of one loop that cannot be read must not keep the others from being judged. */
  private void look(LoopId loop) {
    try {
      if (!threads.isBusy(loop) && judge.hasWork(loop)) {
        threads.start(loop, () -> leases.run("judge " + loop.key(), () -> judge.work(loop)));
      }
    } catch (RuntimeException e) {
      LOG.warnf("judge-reconciler loop=%s reason=%s", loop, e.getMessage());
    }
  }

  void stop(@Observes ShutdownEvent event) {
    threads.stop();
  }
}
