package dev.whetstone.training.engine.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says what a pod waits for that has not started, or why a Job has no pod, with the remedy. */
final class PodWaitRule {
  private PodWaitRule() {}

  /**
   * Why a pod has not started.
   *
   * @param troubles messages of the pod's warning events, newest first
   */
  static String pending(Pod pod, List<String> troubles) {
    Optional<PodCondition> unscheduled =
        conditions(pod)
            .filter(condition -> "PodScheduled".equals(condition.getType()))
            .filter(condition -> "False".equals(condition.getStatus()))
            .findFirst();
    if (unscheduled.isPresent()) {
      return "no node takes the worker's pod: %s; add a node, lower training.engine.resources, or correct whetstone.training.kubernetes.node-selector and tolerations"
          .formatted(text(unscheduled.get().getMessage()));
    }
    return containerWait(pod)
        .flatMap(waiting -> fault(pod, waiting))
        .or(() -> troubles.stream().findFirst().map(PodWaitRule::trouble))
        .orElseGet(() -> "the worker's pod starts on node " + text(pod.getSpec().getNodeName()));
  }

  /**
   * Why there is no pod.
   *
   * @param otherwise the answer where no event says it
   */
  static String noPod(List<String> troubles, String otherwise) {
    return troubles.stream().findFirst().map(PodWaitRule::trouble).orElse(otherwise);
  }

  private static Optional<String> fault(Pod pod, ContainerStateWaiting waiting) {
    String detail = text(waiting.getReason()) + ": " + text(waiting.getMessage());
    return switch (text(waiting.getReason())) {
      case "ErrImagePull",
          "ImagePullBackOff",
          "ErrImageNeverPull",
          "InvalidImageName",
          "ImageInspectError",
          "RegistryUnavailable" ->
          Optional.of(
              "the worker's image '%s' cannot be pulled (%s); correct training.engine.image or whetstone.training.kubernetes.image, or name the registry's credentials in image-pull-secrets"
                  .formatted(pod.getSpec().getContainers().getFirst().getImage(), detail));
      case "CreateContainerConfigError" ->
          Optional.of(
              "the worker's container cannot be configured (%s); create what is missing, or correct whetstone.training.kubernetes.environment-secrets and the image's user"
                  .formatted(detail));
      case "CreateContainerError", "RunContainerError" ->
          Optional.of("the worker's container cannot be started (" + detail + ")");
      default -> Optional.empty();
    };
  }

  private static String trouble(String message) {
    if (message.contains("serviceaccount") && message.contains("not found")) {
      return "the pod is refused: %s; create the ServiceAccount, or correct whetstone.training.kubernetes.service-account"
          .formatted(message);
    }
    if (message.contains("violates PodSecurity")) {
      return "the pod is refused: %s; the namespace allows less than 'restricted' needs, or whetstone.training.kubernetes asks for more"
          .formatted(message);
    }
    if (message.contains("exceeded quota") || message.contains("failed quota")) {
      return "the pod is refused: %s; raise the namespace's ResourceQuota or lower training.engine.resources"
          .formatted(message);
    }
    if (message.contains("persistentvolumeclaim") && message.contains("not found")) {
      return "%s; create the claim, or correct whetstone.training.kubernetes.claims and model-cache-claim"
          .formatted(message);
    }
    return message;
  }

  private static Optional<ContainerStateWaiting> containerWait(Pod pod) {
    List<ContainerStatus> statuses =
        pod.getStatus() == null ? List.of() : pod.getStatus().getContainerStatuses();
    return statuses == null
        ? Optional.empty()
        : statuses.stream()
            .map(status -> status.getState() == null ? null : status.getState().getWaiting())
            .filter(Objects::nonNull)
            .findFirst();
  }

  private static Stream<PodCondition> conditions(Pod pod) {
    return pod.getStatus() == null || pod.getStatus().getConditions() == null
        ? Stream.empty()
        : pod.getStatus().getConditions().stream();
  }

  private static String text(@Nullable String value) {
    return value == null || value.isBlank() ? "unknown" : value.strip();
  }
}
