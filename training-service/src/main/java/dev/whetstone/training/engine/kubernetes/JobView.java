package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.kubernetes.kueue.WorkloadView;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A Job with its pods. */
public record JobView(Job job, List<Pod> pods, Optional<WorkloadView> workload)
    implements WorkerView {
  public JobView {
    pods = List.copyOf(pods);
  }

  @Override
  public HasMetadata object() {
    return job;
  }

  @Override
  public String integration() {
    return "batch/job";
  }

  /** The condition holds until the Job controller has seen that the Job was resumed. */
  @Override
  public boolean isSuspended() {
    return Boolean.TRUE.equals(job.getSpec().getSuspend())
        || condition(job, "Suspended").isPresent();
  }

  @Override
  public boolean isComplete() {
    return condition(job, "Complete").isPresent();
  }

  @Override
  public Optional<JobCondition> failed() {
    return condition(job, "Failed");
  }

  @Override
  public Optional<JobCondition> failing() {
    return condition(job, "FailureTarget");
  }

  @Override
  public Optional<String> startedAt() {
    return startedAt(job);
  }

  @Override
  public HasMetadata podMaker() {
    return job;
  }

  @Override
  public String withoutPod() {
    return "the Job controller has not made the worker's pod yet";
  }

  /** The condition of this type that holds. */
  public static Optional<JobCondition> condition(Job job, String type) {
    return conditions(job)
        .filter(condition -> type.equals(condition.getType()))
        .filter(condition -> "True".equals(condition.getStatus()))
        .findFirst();
  }

  public static Optional<String> startedAt(Job job) {
    return Optional.ofNullable(job.getStatus()).map(JobStatus::getStartTime);
  }

  private static Stream<JobCondition> conditions(Job job) {
    return job.getStatus() == null || job.getStatus().getConditions() == null
        ? Stream.empty()
        : job.getStatus().getConditions().stream();
  }
}
