package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.kit.json.Json;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;

/** Creates, annotates and deletes what belongs to an attempt. */
final class ClusterWriter<T extends HasMetadata> {
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private final KubernetesClient client;
  private final String namespace;
  private final WorkerObjects<T> objects;

  ClusterWriter(KubernetesClient client, String namespace, WorkerObjects<T> objects) {
    this.client = client;
    this.namespace = namespace;
    this.objects = objects;
  }

  /** Answers the object with the identity that the API server gave it. */
  T create(T object) {
    return objects.all(client).inNamespace(namespace).resource(object).create();
  }

  void createSecret(Secret secret) {
    client.secrets().inNamespace(namespace).resource(secret).create();
  }

  void annotate(String name, Map<String, String> annotations) {
    objects
        .all(client)
        .inNamespace(namespace)
        .withName(name)
        .patch(MERGE, Json.text(Map.of("metadata", Map.of("annotations", annotations))));
  }

  /** Politely with the pod's own grace period. */
  void delete(Pod pod, Manner manner) {
    PodResource resource =
        client.pods().inNamespace(namespace).withName(pod.getMetadata().getName());
    switch (manner) {
      case POLITELY -> resource.delete();
      case AT_ONCE -> resource.withGracePeriod(0).delete();
    }
  }

  /** With its pods and its Secret. */
  void delete(String name) {
    objects
        .all(client)
        .inNamespace(namespace)
        .withName(name)
        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
        .delete();
  }

  void deleteSecret(String name) {
    client.secrets().inNamespace(namespace).withName(name).delete();
  }
}
