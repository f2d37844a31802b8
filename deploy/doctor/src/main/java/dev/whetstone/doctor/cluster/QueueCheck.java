package dev.whetstone.doctor.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.kit.json.Json;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks one of Kueue's queues. */
final class QueueCheck {
  private static final ResourceDefinitionContext LOCAL = kueue("LocalQueue", "localqueues", true);
  private static final ResourceDefinitionContext CLUSTER =
      kueue("ClusterQueue", "clusterqueues", false);
  private static final int FORBIDDEN = 403;

  private final KubernetesClient client;
  private final String namespace;

  QueueCheck(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * @param requested of one worker, by resource
   */
  CheckResult find(CheckSubject subject, String queue, Map<String, String> requested) {
    try {
      JsonNode local = tree(local(queue));
      if (local == null) {
        return subject.fault(
            "the LocalQueue does not exist, or the cluster has no Kueue",
            "create LocalQueue '%s' in namespace '%s', or correct training.engine.queue"
                .formatted(queue, namespace));
      }
      Optional<String> inactive = inactive(local);
      if (inactive.isPresent()) {
        return subject.fault(
            "it admits nothing: " + inactive.get(),
            "create or activate its ClusterQueue and the ResourceFlavors that this names");
      }
      return quota(subject, local.at("/spec/clusterQueue").asText(), requested);
    } catch (KubernetesClientException e) {
      return e.getCode() == FORBIDDEN
          ? subject.notChecked(
              "this ServiceAccount may not read it (verb get on localqueues, kueue.x-k8s.io)")
          : subject.notChecked("the API server answers: " + e.getMessage());
    }
  }

  private @Nullable GenericKubernetesResource local(String queue) {
    return client.genericKubernetesResources(LOCAL).inNamespace(namespace).withName(queue).get();
  }

  private static Optional<String> inactive(JsonNode queue) {
    for (JsonNode condition : queue.at("/status/conditions")) {
      if (condition.path("type").asText().equals("Active")
          && !condition.path("status").asText().equals("True")) {
        return Optional.of(condition.path("message").asText(condition.path("reason").asText()));
      }
    }
    return Optional.empty();
  }

  private CheckResult quota(CheckSubject subject, String name, Map<String, String> requested) {
    JsonNode cluster;
    try {
      cluster = tree(client.genericKubernetesResources(CLUSTER).withName(name).get());
    } catch (KubernetesClientException e) {
      if (e.getCode() == FORBIDDEN) {
        return subject.ok(
            "active; its quota is not checked: this ServiceAccount may not read ClusterQueue '%s'"
                .formatted(name));
      }
      throw e;
    }
    if (cluster == null) {
      return subject.fault(
          "its ClusterQueue '%s' does not exist".formatted(name), "create the ClusterQueue");
    }
    if (!cluster.at("/spec/cohortName").asText("").isEmpty()) {
      return subject.ok("active; it may borrow quota from its cohort");
    }
    List<Map<String, String>> quotas = quotas(cluster);
    return QueueQuotaRule.fault(requested, quotas)
        .map(
            fault ->
                subject.fault(
                    fault,
                    "raise the quota of ClusterQueue '%s', or lower the workers' resources"
                        .formatted(name)))
        .orElseGet(() -> subject.ok("active, and its quota holds a worker"));
  }

  private static List<Map<String, String>> quotas(JsonNode cluster) {
    List<Map<String, String>> quotas = new ArrayList<>();
    for (JsonNode group : cluster.at("/spec/resourceGroups")) {
      for (JsonNode flavor : group.path("flavors")) {
        Map<String, String> quota = new HashMap<>();
        for (JsonNode resource : flavor.path("resources")) {
          quota.put(resource.path("name").asText(), resource.path("nominalQuota").asText());
        }
        quotas.add(quota);
      }
    }
    return quotas;
  }

  private static ResourceDefinitionContext kueue(String kind, String plural, boolean namespaced) {
    return new ResourceDefinitionContext.Builder()
        .withGroup("kueue.x-k8s.io")
        .withVersion("v1beta2")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(namespaced)
        .build();
  }

  private static @Nullable JsonNode tree(@Nullable GenericKubernetesResource resource) {
    return resource == null ? null : Json.mapper().valueToTree(resource);
  }
}
