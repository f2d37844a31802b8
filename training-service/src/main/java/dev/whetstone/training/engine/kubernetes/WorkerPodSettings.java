package dev.whetstone.training.engine.kubernetes;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How worker pods are made, from the configuration.
 *
 * @param resources requests and limits by name, before those of the loop
 * @param claims mount path by the name of the PersistentVolumeClaim
 */
record WorkerPodSettings(
    Optional<String> image,
    String imagePullPolicy,
    List<String> imagePullSecrets,
    List<String> command,
    String serviceAccount,
    Optional<String> queue,
    Optional<String> priorityClass,
    Map<String, String> resources,
    Map<String, String> nodeSelector,
    List<PodToleration> tolerations,
    Map<String, String> claims,
    ModelCache modelCache,
    Optional<String> workSize,
    Map<String, String> environment,
    List<String> environmentSecrets,
    long runAsUser,
    long fsGroup,
    Duration gracePeriod,
    Duration keepEnded) {
  private static final String PREFIX = "whetstone.training.kubernetes.";

  /** The folder of downloaded models. */
  record ModelCache(Optional<String> claim, String path, Optional<String> size) {}

  /** A taint that worker pods tolerate; without a value, any. */
  record PodToleration(String key, Optional<String> value, String effect) {
    static PodToleration parse(String text) {
      int colon = text.lastIndexOf(':');
      int equals = text.indexOf('=');
      if (colon <= 0 || colon == text.length() - 1 || equals > colon) {
        throw new IllegalArgumentException(
            PREFIX + "tolerations: '" + text + "'; write key=value:Effect or key:Effect");
      }
      return new PodToleration(
          text.substring(0, equals < 0 ? colon : equals),
          equals < 0 ? Optional.empty() : Optional.of(text.substring(equals + 1, colon)),
          text.substring(colon + 1));
    }
  }

  static WorkerPodSettings of(KubernetesEngineConfig config) {
    return new WorkerPodSettings(
        config.image(),
        config.imagePullPolicy(),
        config.imagePullSecrets().orElse(List.of()),
        config.command(),
        config.serviceAccount(),
        config.queue(),
        config.priorityClass(),
        pairs("resources", config.resources()),
        pairs("node-selector", config.nodeSelector().orElse(List.of())),
        config.tolerations().orElse(List.of()).stream().map(PodToleration::parse).toList(),
        pairs("claims", config.claims().orElse(List.of())),
        new ModelCache(config.modelCacheClaim(), config.modelCachePath(), config.modelCacheSize()),
        config.workSize(),
        pairs("environment", config.environment().orElse(List.of())),
        config.environmentSecrets().orElse(List.of()),
        config.runAsUser(),
        config.fsGroup(),
        config.gracePeriod(),
        config.keepEnded());
  }

  private static Map<String, String> pairs(String setting, List<String> texts) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException(
            PREFIX + setting + ": '" + text + "'; write name=value, separated by commas");
      }
      pairs.put(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
    }
    return pairs;
  }
}
