package dev.whetstone.training.engine.kubernetes.manifest;

import dev.whetstone.kit.json.Json;
import dev.whetstone.training.engine.AttemptLaunch;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes the Secret with an attempt's spec, token and keys. The attempt's object owns it, so that it
 * is deleted with the object.
 */
public final class WorkerSecretBuilder {
  static final String SPEC = "spec.json";
  static final String TOKEN = "WHETSTONE_WORKER_TOKEN";

  private WorkerSecretBuilder() {}

  /**
   * @param owner the attempt's object as the API server answered it
   */
  public static Secret build(AttemptLaunch launch, HasMetadata owner) {
    Map<String, String> data = new TreeMap<>();
    data.put(SPEC, encode(Json.write(launch.task().spec())));
    variables(launch)
        .forEach((name, value) -> data.put(name, encode(value.getBytes(StandardCharsets.UTF_8))));
    return new SecretBuilder()
        .withNewMetadata()
        .withName(owner.getMetadata().getName())
        .withNamespace(owner.getMetadata().getNamespace())
        .withLabels(JobLabels.of(launch))
        .withOwnerReferences(ownerReference(owner))
        .endMetadata()
        .withType("Opaque")
        // The kubelet then neither watches nor refreshes it, and it may be deleted once it is used.
        .withImmutable(true)
        .withData(data)
        .build();
  }

  /** The worker's secret variables by name. */
  static Map<String, String> variables(AttemptLaunch launch) {
    Map<String, String> variables = new TreeMap<>(launch.secrets());
    variables.put(TOKEN, launch.token());
    return variables;
  }

  private static OwnerReference ownerReference(HasMetadata owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion(owner.getApiVersion())
        .withKind(owner.getKind())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid())
        .withController(true)
        .build();
  }

  private static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
