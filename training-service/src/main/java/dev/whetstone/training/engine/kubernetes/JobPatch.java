package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.kit.json.Json;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;

/** Changes that the engine makes to what runs. */
final class JobPatch {
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private JobPatch() {}

  static void annotate(
      KubernetesClient client, String namespace, String job, Map<String, String> annotations) {
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName(job)
        .patch(MERGE, Json.text(Map.of("metadata", Map.of("annotations", annotations))));
  }

  /** Politely with the pod's own grace period. */
  static void delete(PodResource pod, Manner manner) {
    switch (manner) {
      case POLITELY -> pod.delete();
      case AT_ONCE -> pod.withGracePeriod(0).delete();
    }
  }
}
