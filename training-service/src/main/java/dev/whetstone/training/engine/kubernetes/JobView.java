package dev.whetstone.training.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Job with what belongs to it, as one listing found it.
 *
 * @param pods newest first
 * @param workload what Kueue made for the Job; absent without Kueue, and until it has made it
 */
record JobView(Job job, List<Pod> pods, Optional<WorkloadView> workload) {
  JobView {
    pods = List.copyOf(pods);
  }

  Optional<String> annotation(String name) {
    Map<String, String> annotations = job.getMetadata().getAnnotations();
    return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(name));
  }

  Optional<String> label(String name) {
    Map<String, String> labels = job.getMetadata().getLabels();
    return labels == null ? Optional.empty() : Optional.ofNullable(labels.get(name));
  }

  /** The condition of this type that holds. */
  Optional<JobCondition> condition(String type) {
    return conditions()
        .filter(condition -> type.equals(condition.getType()))
        .filter(condition -> "True".equals(condition.getStatus()))
        .findFirst();
  }

  boolean isFinished() {
    return condition("Complete").isPresent()
        || condition("Failed").isPresent()
        || condition("FailureTarget").isPresent();
  }

  boolean isSuspended() {
    return Boolean.TRUE.equals(job.getSpec().getSuspend());
  }

  private Stream<JobCondition> conditions() {
    return job.getStatus() == null || job.getStatus().getConditions() == null
        ? Stream.empty()
        : job.getStatus().getConditions().stream();
  }
}
