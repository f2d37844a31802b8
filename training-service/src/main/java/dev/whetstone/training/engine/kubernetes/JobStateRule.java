package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.kubernetes.kueue.QueueWaitRule;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the state of a worker from its object, its pods and Kueue's Workload. */
final class JobStateRule {
  /** Longer than the service takes between creating the Job and its Secret. */
  private static final Duration SECRET_DEADLINE = Duration.ofMinutes(2);

  private static final String NO_SECRET =
      "its Secret does not exist: the training service ended between creating the Job and the Secret, or the Secret was deleted; another attempt follows";

  private static final String TAKEN_BACK =
      "Kueue took the worker back after its worker had started; another attempt follows";

  private JobStateRule() {}

  /** The object whose events say why nothing starts; empty when the rest says enough. */
  static Optional<HasMetadata> troubled(WorkerView view) {
    if (view.isFinished()) {
      return Optional.empty();
    }
    if (view.pods().isEmpty()) {
      return view.isSuspended() ? Optional.empty() : Optional.of(view.podMaker());
    }
    Pod newest = view.pods().getFirst();
    return PodEndRule.hasStarted(newest) ? Optional.empty() : Optional.of(newest);
  }

  /**
   * @param troubles messages of the warning events of what {@link #troubled} answered, newest first
   * @param kueueFault why Workloads cannot be listed; empty when they can
   */
  static Observation observe(
      WorkerView view,
      List<String> troubles,
      Optional<String> kueueFault,
      StartDeadlines deadlines) {
    boolean stopped = view.annotation(JobLabels.STOPPED).isPresent();
    Optional<Pod> ended = view.pods().stream().filter(PodEndRule::hasEnded).findFirst();
    if (ended.isPresent()) {
      return PodEndRule.end(ended.get(), stopped);
    }
    if (view.isComplete()) {
      return new Observation.Exited(0, "");
    }
    Optional<JobCondition> failed = view.failed();
    if (failed.isPresent()) {
      return PodEndRule.end(failed.get(), stopped);
    }
    if (view.pods().stream().anyMatch(PodEndRule::hasStarted)) {
      return new Observation.Running();
    }
    Optional<JobCondition> failing = view.failing();
    if (failing.isPresent()) {
      return PodEndRule.end(failing.get(), stopped);
    }
    if (wasTakenBack(view)) {
      return new Observation.Evicted(TAKEN_BACK);
    }
    return waiting(view, troubles, kueueFault, deadlines);
  }

  /**
   * Its worker has run, and Kueue has suspended the object, or admitted it again. Whether the Job
   * controller noted the end of the pod before the pod was gone is a matter of chance.
   */
  private static boolean wasTakenBack(WorkerView view) {
    return view.annotation(JobLabels.STARTED).isPresent()
        && (view.isSuspended() || !view.pods().isEmpty());
  }

  private static Observation waiting(
      WorkerView view,
      List<String> troubles,
      Optional<String> kueueFault,
      StartDeadlines deadlines) {
    String name = view.object().getMetadata().getName();
    Instant created = instant(view.object().getMetadata().getCreationTimestamp());
    if (view.pods().isEmpty() && view.isSuspended()) {
      String queue = view.label(JobLabels.QUEUE).orElse("");
      return new Observation.Waiting(
          QueueWaitRule.reason(queue, view.integration(), view.workload(), kueueFault),
          created.plus(deadlines.queue()));
    }
    if (view.pods().isEmpty()) {
      Instant since = view.startedAt().map(Instant::parse).orElse(created);
      return new Observation.Waiting(
          PodWaitRule.noPod(troubles, view.withoutPod()), since.plus(deadlines.start()));
    }
    Pod pod = view.pods().getFirst();
    Instant since = instant(pod.getMetadata().getCreationTimestamp());
    String reason = PodWaitRule.pending(pod, troubles);
    return reason.contains("secret \"" + name + "\" not found")
        ? new Observation.Waiting(NO_SECRET, since.plus(SECRET_DEADLINE))
        : new Observation.Waiting(reason, since.plus(deadlines.start()));
  }

  private static Instant instant(@Nullable String timestamp) {
    return timestamp == null ? Instant.EPOCH : Instant.parse(timestamp);
  }
}
