package dev.whetstone.training.engine.kubernetes.trainjob;

import dev.whetstone.training.engine.kubernetes.JobView;
import dev.whetstone.training.engine.kubernetes.WorkerView;
import dev.whetstone.training.engine.kubernetes.kueue.WorkloadView;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A TrainJob with its Jobs and pods.
 *
 * @param jobs those of its JobSet
 */
record TrainJobView(
    GenericKubernetesResource trainJob,
    List<Job> jobs,
    List<Pod> pods,
    Optional<WorkloadView> workload)
    implements WorkerView {
  TrainJobView {
    jobs = List.copyOf(jobs);
    pods = List.copyOf(pods);
  }

  @Override
  public HasMetadata object() {
    return trainJob;
  }

  @Override
  public String integration() {
    return "trainer.kubeflow.org/trainjob";
  }

  @Override
  public boolean isSuspended() {
    return Boolean.TRUE.equals(field("spec", "suspend")) || condition("Suspended").isPresent();
  }

  @Override
  public boolean isComplete() {
    return condition("Complete").isPresent();
  }

  /** The failed Job names the exit code or the disruption; the TrainJob only names the Job. */
  @Override
  public Optional<JobCondition> failed() {
    return jobs.stream()
        .flatMap(job -> JobView.condition(job, "Failed").stream())
        .findFirst()
        .or(() -> condition("Failed"));
  }

  @Override
  public Optional<JobCondition> failing() {
    return jobs.stream()
        .flatMap(job -> JobView.condition(job, "FailureTarget").stream())
        .findFirst();
  }

  @Override
  public Optional<String> startedAt() {
    return jobs.stream()
        .flatMap(job -> JobView.startedAt(job).stream())
        .findFirst()
        .or(
            () ->
                conditions("Suspended", "False")
                    .findFirst()
                    .map(condition -> text(condition.get("lastTransitionTime"))));
  }

  @Override
  public HasMetadata podMaker() {
    return jobs.isEmpty() ? trainJob : jobs.getFirst();
  }

  @Override
  public String withoutPod() {
    return jobs.isEmpty()
        ? "Kubeflow Trainer has not made the Job of the TrainJob yet; if this lasts, check that the controllers of Kubeflow Trainer and JobSet run, and that the runtime has a job and a container 'node'"
        : "the Job controller has not made the worker's pod yet";
  }

  /** The condition of this type that holds, in the words that a Job has for it. */
  private Optional<JobCondition> condition(String type) {
    return conditions(type, "True").findFirst().map(TrainJobView::jobCondition);
  }

  private Stream<Map<?, ?>> conditions(String type, String status) {
    return field("status", "conditions") instanceof List<?> conditions
        ? conditions.stream()
            .filter(Map.class::isInstance)
            .<Map<?, ?>>map(one -> (Map<?, ?>) one)
            .filter(one -> type.equals(one.get("type")) && status.equals(one.get("status")))
        : Stream.empty();
  }

  private static JobCondition jobCondition(Map<?, ?> fields) {
    return new JobConditionBuilder()
        .withType(text(fields.get("type")))
        .withStatus("True")
        .withReason(text(fields.get("reason")))
        .withMessage(text(fields.get("message")))
        .build();
  }

  private @Nullable Object field(String section, String name) {
    return trainJob.getAdditionalProperties().get(section) instanceof Map<?, ?> fields
        ? fields.get(name)
        : null;
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }
}
