package dev.whetstone.eval.rollout;

import dev.whetstone.eval.lease.LeaseManager;
import dev.whetstone.eval.lease.LoopThreads;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.loop.DeclaredLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Looks again and again at what should be in service, and makes it so. */
@ApplicationScoped
public class RolloutReconciler {
  private static final Logger LOG = Logger.getLogger(RolloutReconciler.class);
  private final LoopRegistry registry;
  private final RolloutDriver driver;
  private final ReplicaReconciler keeper;
  private final LeaseManager leases;
  private final LoopThreads threads = new LoopThreads("rollout");

  public RolloutReconciler(
      LoopRegistry registry, RolloutDriver driver, ReplicaReconciler keeper, LeaseManager leases) {
    this.registry = registry;
    this.driver = driver;
    this.keeper = keeper;
    this.leases = leases;
  }

  @Scheduled(
      every = "${whetstone.eval.reconcile-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void look() {
    try {
      registry.all().forEach(loop -> threads.start(loop.id(), () -> work(loop)));
    } catch (RuntimeException e) {
      LOG.warnf("rollout-reconciler reason=%s", e.getMessage());
    }
  }

  void stop(@Observes ShutdownEvent event) {
    threads.stop();
  }

  private void work(DeclaredLoop loop) {
    try {
      leases.run("rollout " + loop.id().key(), () -> driver.drive(loop));
    } finally {
      keeper.keep(loop);
    }
  }
}
