package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.kubernetes.kueue.WorkloadView;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The object that was made for an attempt, with what belongs to it, as one listing found it. */
public interface WorkerView {
  HasMetadata object();

  /** Newest first. */
  List<Pod> pods();

  /** What Kueue made for the object; absent without Kueue, and until it has made it. */
  Optional<WorkloadView> workload();

  /** What Kueue's configuration calls objects of this kind. */
  String integration();

  /** Whether it is suspended, or was and its controller has not resumed it yet. */
  boolean isSuspended();

  /** Whether all of its pods succeeded. */
  boolean isComplete();

  /** Why it failed: the words of a Job, where a Job failed. */
  Optional<JobCondition> failed();

  /**
   * Why it is going to fail, while its pods may still run. A Job that Kueue has suspended again
   * keeps this without ever having {@link #failed() failed}.
   */
  Optional<JobCondition> failing();

  /** When pods could first be made, as the API server writes times. */
  Optional<String> startedAt();

  /** The object whose warning events say why there is no pod. */
  HasMetadata podMaker();

  /** What is missing while there is no pod and no event says why. */
  String withoutPod();

  default boolean isFinished() {
    return isComplete() || failed().isPresent() || failing().isPresent();
  }

  default Optional<String> annotation(String name) {
    Map<String, String> annotations = object().getMetadata().getAnnotations();
    return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(name));
  }

  default Optional<String> label(String name) {
    Map<String, String> labels = object().getMetadata().getLabels();
    return labels == null ? Optional.empty() : Optional.ofNullable(labels.get(name));
  }
}
