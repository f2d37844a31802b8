package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.arc.lookup.LookupIfProperty;
import io.quarkus.kubernetes.client.KubernetesConfigCustomizer;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes the engine {@code kubernetes-job} from its configuration, where it is enabled. */
@ApplicationScoped
public class KubernetesEngineProvider {
  private final List<ClusterWatch> watches = new CopyOnWriteArrayList<>();

  /**
   * The first use connects to the cluster.
   *
   * @param clients the client, which is made only where the engine is enabled
   */
  @Produces
  @ApplicationScoped
  @LookupIfProperty(name = "whetstone.training.kubernetes.enabled", stringValue = "true")
  ComputeEngine kubernetesJobEngine(
      KubernetesEngineConfig config, Instance<KubernetesClient> clients) {
    return start(config, clients.get(), new JobObjects(podSettings(config)));
  }

  /** Makes an engine of these objects, which watches the cluster until the service ends. */
  public <T extends HasMetadata> ComputeEngine start(
      KubernetesEngineConfig config, KubernetesClient client, WorkerObjects<T> objects) {
    ClusterEngine<T> engine =
        new ClusterEngine<>(
            client,
            config
                .namespace()
                .orElseGet(() -> Objects.requireNonNullElse(client.getNamespace(), "default")),
            objects,
            podSettings(config),
            new JobBounds(config.maxWorkers(), config.scoringWorkers()),
            new StartDeadlines(config.queueDeadline(), config.startDeadline()),
            config.listEvery());
    ClusterWatch started = engine.watch();
    watches.add(started);
    started.start();
    return engine;
  }

  public static WorkerPodSettings podSettings(KubernetesEngineConfig config) {
    return new WorkerPodSettings(
        config.image(),
        config.imagePullPolicy(),
        config.imagePullSecrets().orElse(List.of()),
        config.command(),
        config.serviceAccount(),
        config.queue(),
        config.priorityClass(),
        WorkerPodSettings.pairs("resources", config.resources()),
        WorkerPodSettings.pairs("node-selector", config.nodeSelector().orElse(List.of())),
        config.tolerations().orElse(List.of()).stream()
            .map(WorkerPodSettings.PodToleration::parse)
            .toList(),
        WorkerPodSettings.pairs("claims", config.claims().orElse(List.of())),
        new WorkerPodSettings.ModelCache(
            config.modelCacheClaim(), config.modelCachePath(), config.modelCacheSize()),
        config.workSize(),
        WorkerPodSettings.pairs("environment", config.environment().orElse(List.of())),
        config.environmentSecrets().orElse(List.of()),
        config.runAsUser(),
        config.fsGroup(),
        config.gracePeriod(),
        config.keepEnded());
  }

  void onShutdown(@Observes ShutdownEvent event) {
    watches.forEach(ClusterWatch::close);
  }

  /** Every call to the API server has a limit. */
  @ApplicationScoped
  static class RequestLimits implements KubernetesConfigCustomizer {
    private final KubernetesEngineConfig config;

    RequestLimits(KubernetesEngineConfig config) {
      this.config = config;
    }

    @Override
    public void customize(Config client) {
      int millis = Math.toIntExact(config.requestTimeout().toMillis());
      client.setRequestTimeout(millis);
      client.setConnectionTimeout(millis);
    }
  }
}
