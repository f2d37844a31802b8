package dev.whetstone.eval.rollout;

import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.work.LeaseManager;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Runs the rollouts and keeps the champion loaded on every replica, one thread per loop. */
@ApplicationScoped
public class RolloutReconciler {
  private static final Logger LOG = Logger.getLogger(RolloutReconciler.class);
  private final LoopRegistry registry;
  private final RolloutDriver driver;
  private final ReplicaReconciler replicas;
  private final LeaseManager leases;
  private final ReconcileLoop reconciling = new ReconcileLoop("rollout", LOG);

  public RolloutReconciler(
      LoopRegistry registry,
      RolloutDriver driver,
      ReplicaReconciler replicas,
      LeaseManager leases) {
    this.registry = registry;
    this.driver = driver;
    this.replicas = replicas;
    this.leases = leases;
  }

  @Scheduled(
      every = "${whetstone.eval.reconcile-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void pass() {
    reconciling.pass(
        () -> registry.all().forEach(loop -> reconciling.start(loop.id().key(), () -> work(loop))));
  }

  void stop(@Observes ShutdownEvent event) {
    reconciling.stop();
  }

  private void work(DeclaredLoop loop) {
    try {
      leases.run("rollout " + loop.id().key(), () -> driver.drive(loop));
    } finally {
      replicas.reconcile(loop);
    }
  }
}
