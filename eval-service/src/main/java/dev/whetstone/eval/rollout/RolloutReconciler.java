package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.lease.Leases;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.loop.DeclaredLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/** Looks again and again at what should be in service, and makes it so. */
@ApplicationScoped
public class RolloutReconciler {
  private static final Logger LOG = Logger.getLogger(RolloutReconciler.class);
  private final LoopRegistry registry;
  private final RolloutDriver driver;
  private final ServingKeeper keeper;
  private final Leases leases;
  private final Set<LoopId> busy = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  public RolloutReconciler(
      LoopRegistry registry, RolloutDriver driver, ServingKeeper keeper, Leases leases) {
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
      for (DeclaredLoop loop : registry.all()) {
        if (busy.add(loop.id())) {
          threads.execute(() -> work(loop));
        }
      }
    } catch (RuntimeException e) {
      LOG.warnf("rollout-reconciler reason=%s", e.getMessage());
    }
  }

  void stop(@Observes ShutdownEvent event) {
    threads.shutdownNow();
  }

  private void work(DeclaredLoop loop) {
    try {
      leases.run("rollout " + loop.id().key(), () -> driver.drive(loop));
      keeper.keep(loop);
    } catch (RuntimeException e) {
      LOG.warnf("rollout loop=%s reason=%s", loop.id(), e.getMessage());
    } finally {
      busy.remove(loop.id());
    }
  }
}
