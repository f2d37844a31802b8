package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.ComputeEngine.Observation;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads how a worker ended from its pod or, once that is deleted, from the Job's condition: the
 * Job's policy for failures makes the Job controller write the exit code or the disruption there.
 */
final class PodEndRule {
  private static final int KILLED = 137;
  private static final int TERMINATED = 143;
  private static final String DISRUPTION = "DisruptionTarget";
  private static final Pattern EXIT_CODE = Pattern.compile("failed with exit code (\\d+)");

  private PodEndRule() {}

  static String phase(Pod pod) {
    return pod.getStatus() == null || pod.getStatus().getPhase() == null
        ? "Pending"
        : pod.getStatus().getPhase();
  }

  static boolean hasStarted(Pod pod) {
    return !phase(pod).equals("Pending");
  }

  static boolean hasEnded(Pod pod) {
    return phase(pod).equals("Succeeded") || phase(pod).equals("Failed");
  }

  /**
   * @param stopped whether the engine ended the worker
   */
  static Observation end(Pod pod, boolean stopped) {
    Optional<ContainerStateTerminated> terminated = terminated(pod);
    Optional<PodCondition> disruption = disruption(pod);
    if (phase(pod).equals("Succeeded")) {
      return new Observation.Exited(0, terminated.map(PodEndRule::words).orElse(""));
    }
    if (disruption.isPresent() && !stopped) {
      return new Observation.Evicted(
          text(disruption.get().getReason()) + ": " + text(disruption.get().getMessage()));
    }
    if (terminated.isEmpty()) {
      return stopped
          ? new Observation.Exited(KILLED, "stopped before it started")
          : new Observation.Evicted(
              text(pod.getStatus().getReason()) + ": " + text(pod.getStatus().getMessage()));
    }
    int code = terminated.get().getExitCode();
    boolean killed = code == KILLED || code == TERMINATED;
    if (killed && !stopped && pod.getMetadata().getDeletionTimestamp() != null) {
      return new Observation.Evicted("its pod was deleted before it could save");
    }
    return new Observation.Exited(code, words(terminated.get()));
  }

  /** The Job failed, and its pod is gone. */
  static Observation end(JobCondition failed, boolean stopped) {
    String message = text(failed.getMessage());
    if (message.contains(DISRUPTION) && !stopped) {
      return new Observation.Evicted(message);
    }
    Matcher code = EXIT_CODE.matcher(message);
    if (code.find()) {
      return new Observation.Exited(Integer.parseInt(code.group(1)), message);
    }
    return stopped
        ? new Observation.Exited(KILLED, message)
        : new Observation.Evicted(
            "its pod is gone without an exit code (%s: %s)"
                .formatted(text(failed.getReason()), message));
  }

  private static String words(ContainerStateTerminated terminated) {
    String message = terminated.getMessage() == null ? "" : terminated.getMessage().strip();
    return "OOMKilled".equals(terminated.getReason())
        ? (message
                + "\nOOMKilled: the container used more memory than its limit; raise training.engine.resources.memory")
            .strip()
        : message;
  }

  private static Optional<ContainerStateTerminated> terminated(Pod pod) {
    return Objects.requireNonNullElse(
            pod.getStatus().getContainerStatuses(), List.<ContainerStatus>of())
        .stream()
        .map(status -> status.getState() == null ? null : status.getState().getTerminated())
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static Optional<PodCondition> disruption(Pod pod) {
    return Objects.requireNonNullElse(pod.getStatus().getConditions(), List.<PodCondition>of())
        .stream()
        .filter(condition -> DISRUPTION.equals(condition.getType()))
        .filter(condition -> "True".equals(condition.getStatus()))
        .findFirst();
  }

  private static String text(@Nullable String value) {
    return value == null || value.isBlank() ? "no reason given" : value.strip();
  }
}
