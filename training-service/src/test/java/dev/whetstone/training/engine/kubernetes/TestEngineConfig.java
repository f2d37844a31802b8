package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.stream.Collectors;

/** The engine's configuration as properties give it. */
public final class TestEngineConfig {
  private TestEngineConfig() {}

  /**
   * @param properties without the prefix
   */
  public static WorkerPodSettings of(Map<String, String> properties) {
    return KubernetesEngineProvider.podSettings(config(properties));
  }

  public static KubernetesEngineConfig config(Map<String, String> properties) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(KubernetesEngineConfig.class)
        .withDefaultValues(
            properties.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        entry -> "whetstone.training.kubernetes." + entry.getKey(),
                        Map.Entry::getValue)))
        .build()
        .getConfigMapping(KubernetesEngineConfig.class);
  }
}
