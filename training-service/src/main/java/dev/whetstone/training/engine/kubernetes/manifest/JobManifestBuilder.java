package dev.whetstone.training.engine.kubernetes.manifest;

import dev.whetstone.training.engine.AttemptLaunch;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.Map;
import java.util.Optional;

/** Makes the Job of an attempt: the same launch gives the same manifest. */
public final class JobManifestBuilder {
  private final WorkerPodSettings settings;
  private final WorkerPodBuilder pods;

  public JobManifestBuilder(WorkerPodSettings settings) {
    this.settings = settings;
    this.pods = new WorkerPodBuilder(settings);
  }

  /**
   * One pod, once: a failed or disrupted pod is never replaced within the Job, because the next
   * attempt has a fence, a token and a resume point of its own. The policy for failures puts the
   * exit code, or the disruption, into the Job's status, where it outlives the pod.
   */
  public Job build(AttemptLaunch launch, String image) {
    String name = JobLabels.name(launch.attemptId());
    Map<String, String> labels = JobLabels.of(launch);
    Optional<String> queue = settings.queueOf(launch.engine());
    return new JobBuilder()
        .withNewMetadata()
        .withName(name)
        .withLabels(JobLabels.withQueue(labels, queue, settings.priorityClass()))
        .addToAnnotations(JobLabels.ATTEMPT, launch.attemptId())
        .endMetadata()
        .withNewSpec()
        .withParallelism(1)
        .withCompletions(1)
        .withBackoffLimit(0)
        .withPodReplacementPolicy("Failed")
        .withTtlSecondsAfterFinished(Math.toIntExact(settings.keepEnded().toSeconds()))
        // Kueue lifts it when it has reserved the quota.
        .withSuspend(queue.isPresent() ? true : null)
        .withNewPodFailurePolicy()
        .addNewRule()
        .withAction("FailJob")
        .addNewOnPodCondition("True", "DisruptionTarget")
        .endRule()
        .addNewRule()
        .withAction("FailJob")
        .withNewOnExitCodes()
        .withContainerName(WorkerPodBuilder.CONTAINER)
        .withOperator("NotIn")
        .withValues(0)
        .endOnExitCodes()
        .endRule()
        .endPodFailurePolicy()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withSpec(pods.build(launch, image, name))
        .endTemplate()
        .endSpec()
        .build();
  }
}
