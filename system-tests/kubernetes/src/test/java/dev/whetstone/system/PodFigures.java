package dev.whetstone.system;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.ApiClient;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Start times of pods, read from their status, and the memory that the kubelet measures. */
final class PodFigures {
  private PodFigures() {}

  /**
   * Component and time from the start of the container to readiness, of every pod of a namespace.
   */
  static String of(ClusterUnderTest cluster, String namespace) {
    return cluster.client().pods().inNamespace(namespace).list().getItems().stream()
        .map(pod -> component(pod) + " " + secondsToReady(pod) + " s")
        .collect(Collectors.joining(", "));
  }

  /** Component and working set of every pod of a namespace that the kubelet has measured. */
  static String memoryOf(ClusterUnderTest cluster, String namespace) {
    Map<String, Long> bytes = new HashMap<>();
    try {
      String summary =
          cluster.kubectl(
              "get", "--raw", "/api/v1/nodes/" + ClusterUnderTest.NODE + "/proxy/stats/summary");
      for (JsonNode pod : ApiClient.JSON.readTree(summary).path("pods")) {
        bytes.put(
            pod.path("podRef").path("name").asText(),
            pod.path("memory").path("workingSetBytes").asLong());
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    return cluster.client().pods().inNamespace(namespace).list().getItems().stream()
        .filter(pod -> bytes.getOrDefault(pod.getMetadata().getName(), 0L) > 0)
        .map(
            pod ->
                "%s %d MiB"
                    .formatted(
                        component(pod), bytes.get(pod.getMetadata().getName()) / (1024 * 1024)))
        .collect(Collectors.joining(", "));
  }

  private static String component(Pod pod) {
    var labels = pod.getMetadata().getLabels();
    return labels.getOrDefault(
        "app.kubernetes.io/component", labels.getOrDefault("app", pod.getMetadata().getName()));
  }

  private static long secondsToReady(Pod pod) {
    List<ContainerStatus> containers = pod.getStatus().getContainerStatuses();
    Instant started =
        containers.stream()
            .filter(c -> c.getState().getRunning() != null)
            .map(c -> Instant.parse(c.getState().getRunning().getStartedAt()))
            .findFirst()
            .orElseThrow();
    Instant ready =
        pod.getStatus().getConditions().stream()
            .filter(c -> c.getType().equals("Ready"))
            .map(PodCondition::getLastTransitionTime)
            .map(Instant::parse)
            .findFirst()
            .orElseThrow();
    return Duration.between(started, ready).toSeconds();
  }
}
