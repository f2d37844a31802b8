package dev.whetstone.training.engine.kubernetes.trainjob;

import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.kubernetes.KubernetesEngineConfig;
import dev.whetstone.training.engine.kubernetes.KubernetesEngineProvider;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.arc.lookup.LookupIfProperty;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;

/** Makes the engine {@code kubeflow-trainjob} from its configuration, where it is enabled. */
@ApplicationScoped
public class TrainJobEngineProvider {
  /**
   * The first use connects to the cluster.
   *
   * @param clients the client, which is made only where the engine is enabled
   */
  @Produces
  @ApplicationScoped
  @LookupIfProperty(name = "whetstone.training.kubeflow.enabled", stringValue = "true")
  ComputeEngine trainJobEngine(
      TrainJobEngineConfig config,
      KubernetesEngineConfig cluster,
      KubernetesEngineProvider engines,
      Instance<KubernetesClient> clients) {
    return engines.start(
        cluster,
        clients.get(),
        new TrainJobObjects(
            KubernetesEngineProvider.podSettings(cluster),
            TrainingRuntimeName.parse("whetstone.training.kubeflow.runtime", config.runtime())));
  }
}
