package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.kit.json.Json;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;

/** Creates, annotates and deletes what belongs to an attempt. */
final class ClusterWriter {
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private final KubernetesClient client;
  private final String namespace;

  ClusterWriter(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Answers the Job with the identity that the API server gave it. */
  Job create(Job job) {
    return client.batch().v1().jobs().inNamespace(namespace).resource(job).create();
  }

  void create(Secret secret) {
    client.secrets().inNamespace(namespace).resource(secret).create();
  }

  void annotate(String job, Map<String, String> annotations) {
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName(job)
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
  void deleteJob(String name) {
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName(name)
        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
        .delete();
  }

  void deleteSecret(String name) {
    client.secrets().inNamespace(namespace).withName(name).delete();
  }
}
