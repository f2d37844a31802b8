package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Announces changes of an engine's objects and pods, so that an end is seen at once. Nothing is
 * decided from it: a watch that fails makes answers older, up to {@code
 * whetstone.training.kubernetes.list-every}, and not wrong.
 */
final class ClusterWatch implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ClusterWatch.class);

  private final List<SharedIndexInformer<? extends HasMetadata>> informers;

  ClusterWatch(
      KubernetesClient client, String namespace, WorkerObjects<?> objects, Runnable changed) {
    this.informers =
        List.of(
            objects
                .all(client)
                .inNamespace(namespace)
                .withLabels(JobLabels.MANAGED)
                .runnableInformer(0)
                .addEventHandler(new Announcer<>(changed)),
            client
                .pods()
                .inNamespace(namespace)
                .withLabels(JobLabels.MANAGED)
                .runnableInformer(0)
                .addEventHandler(new Announcer<>(changed)));
  }

  /** Returns without waiting. */
  void start() {
    for (SharedIndexInformer<? extends HasMetadata> informer : informers) {
      informer.exceptionHandler(
          (started, fault) -> {
            LOG.warnf("cluster-watch-failed reason=%s", fault.getMessage());
            return true;
          });
      informer
          .start()
          .whenComplete(
              (_, fault) -> {
                if (fault != null) {
                  LOG.warnf("cluster-watch-not-started reason=%s", fault.getMessage());
                }
              });
    }
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::close);
  }

  private record Announcer<T>(Runnable changed) implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      changed.run();
    }

    @Override
    public void onUpdate(T before, T after) {
      changed.run();
    }

    @Override
    public void onDelete(T object, boolean unknownState) {
      changed.run();
    }
  }
}
