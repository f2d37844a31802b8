package dev.whetstone.training.engine.kubernetes.manifest;

import dev.whetstone.contracts.loop.LoopSpec;
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
public record WorkerPodSettings(
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
  public record ModelCache(Optional<String> claim, String path, Optional<String> size) {}

  /** A taint that worker pods tolerate; without a value, any. */
  public record PodToleration(String key, Optional<String> value, String effect) {
    /** Reads {@code key=value:Effect} or {@code key:Effect}. */
    public static PodToleration parse(String text) {
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

  /** The image of the loop, or the configured one. */
  public Optional<String> imageOf(LoopSpec.Engine engine) {
    return Optional.ofNullable(engine.image()).or(this::image);
  }

  /** The queue of the loop, or the configured one. */
  public Optional<String> queueOf(LoopSpec.Engine engine) {
    return Optional.ofNullable(engine.queue()).or(this::queue);
  }

  /** Reads a setting whose entries are {@code name=value}. */
  public static Map<String, String> pairs(String setting, List<String> texts) {
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
