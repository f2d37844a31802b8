package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.work.LeaseManager;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Runs the evaluations: each loop with work on its own thread, under the loop's lease. */
@ApplicationScoped
public class EvaluationReconciler {
  private static final Logger LOG = Logger.getLogger(EvaluationReconciler.class);
  private final LoopRegistry registry;
  private final EvaluationDriver driver;
  private final LeaseManager leases;
  private final ReconcileLoop reconciling = new ReconcileLoop("evaluation", LOG);

  public EvaluationReconciler(LoopRegistry registry, EvaluationDriver driver, LeaseManager leases) {
    this.registry = registry;
    this.driver = driver;
    this.leases = leases;
  }

  @Scheduled(
      every = "${whetstone.eval.reconcile-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void pass() {
    reconciling.pass(() -> registry.all().forEach(declared -> startIfDue(declared.id())));
  }

  void stop(@Observes ShutdownEvent event) {
    reconciling.stop();
  }

  /** Checks for work outside the lease, so that an idle loop writes nothing. */
  private void startIfDue(LoopId loop) {
    String item = loop.key();
    if (!reconciling.isBusy(item) && reconciling.step("due " + item, () -> driver.hasWork(loop))) {
      reconciling.start(item, () -> leases.run("evaluation " + item, () -> driver.work(loop)));
    }
  }
}
