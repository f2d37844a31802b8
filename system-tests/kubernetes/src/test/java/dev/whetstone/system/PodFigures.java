package dev.whetstone.system;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Start times of pods, read from their status. */
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
