package dev.whetstone.training.engine.kubernetes.trainjob;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * The engine {@code kubeflow-trainjob}, beside the settings that it shares with {@code
 * kubernetes-job}.
 */
@ConfigMapping(prefix = "whetstone.training.kubeflow")
public interface TrainJobEngineConfig {
  /** Whether this service has the engine. */
  @WithDefault("false")
  boolean enabled();

  /**
   * The runtime of workers, unless a loop names one: {@code NAME} of a TrainingRuntime in the
   * workers' namespace, or {@code ClusterTrainingRuntime/NAME}.
   */
  @WithDefault("whetstone-worker")
  String runtime();
}
