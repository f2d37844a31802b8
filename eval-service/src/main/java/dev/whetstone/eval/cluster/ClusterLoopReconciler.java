package dev.whetstone.eval.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.work.LeaseManager;
import dev.whetstone.kit.work.ReconcileLoop;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Declares the Loop resources of the namespace and writes their status. It lists them in each pass
 * and needs no event to arrive; of several instances the holder of the lease does it.
 */
@ApplicationScoped
public class ClusterLoopReconciler {
  private static final Logger LOG = Logger.getLogger(ClusterLoopReconciler.class);
  private static final String LEASE = "cluster-loops";
  private final ClusterLoopConfig config;
  private final Instance<KubernetesClient> clients;
  private final ClusterLoopDeclarer declarer;
  private final LeaseManager leases;
  private final Clock clock;
  private final ReconcileLoop reconciling = new ReconcileLoop(LEASE, LOG);
  private volatile @Nullable ClusterLoops loops;

  public ClusterLoopReconciler(
      ClusterLoopConfig config,
      Instance<KubernetesClient> clients,
      ClusterLoopDeclarer declarer,
      LeaseManager leases,
      Clock clock) {
    this.config = config;
    this.clients = clients;
    this.declarer = declarer;
    this.leases = leases;
    this.clock = clock;
  }

  @Scheduled(
      every = "${whetstone.eval.loop-resources.every:5s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  @RunOnVirtualThread
  void pass() {
    if (config.enabled() && leases.hold(LEASE)) {
      reconciling.pass(() -> pass(loops()));
    }
  }

  void stop(@Observes ShutdownEvent shutdown) {
    reconciling.stop();
  }

  /** One pass over all resources. */
  void pass(ClusterLoops namespace) {
    List<ClusterLoop> resources = namespace.list();
    declarer.retain(resources);
    for (ClusterLoop resource : resources) {
      reconciling.step(
          resource.name(),
          () -> {
            reconcile(namespace, resource);
            return false;
          });
    }
  }

  private void reconcile(ClusterLoops namespace, ClusterLoop resource) {
    if (resource.isDeleted()) {
      release(namespace, resource);
      return;
    }
    hold(namespace, resource).ifPresent(held -> declare(namespace, held));
  }

  /** Before the declaration: a loop whose resource was deleted unseen would stay for ever. */
  private static Optional<ClusterLoop> hold(ClusterLoops namespace, ClusterLoop resource) {
    if (resource.isHeld()) {
      return Optional.of(resource);
    }
    List<String> finalizers = new ArrayList<>(resource.finalizers());
    finalizers.add(ClusterLoop.FINALIZER);
    return namespace.setFinalizers(resource, finalizers);
  }

  private void declare(ClusterLoops namespace, ClusterLoop resource) {
    JsonNode status =
        ClusterLoopStatusRule.status(
            resource.status(), declarer.declare(resource), clock.instant());
    if (!ClusterLoopStatusRule.isSame(status, resource.status())) {
      namespace.setStatus(resource.name(), status);
    }
  }

  private void release(ClusterLoops namespace, ClusterLoop resource) {
    if (!resource.isHeld()) {
      return;
    }
    declarer.delete(resource);
    List<String> finalizers = new ArrayList<>(resource.finalizers());
    finalizers.remove(ClusterLoop.FINALIZER);
    boolean released = namespace.setFinalizers(resource, finalizers).isPresent();
    LOG.infof("loop-resource-deleted resource=%s released=%s", resource.name(), released);
  }

  private ClusterLoops loops() {
    ClusterLoops known = loops;
    if (known == null) {
      KubernetesClient client = clients.get();
      known =
          new KubernetesClusterLoops(client, config.namespace().orElseGet(client::getNamespace));
      loops = known;
    }
    return known;
  }
}
