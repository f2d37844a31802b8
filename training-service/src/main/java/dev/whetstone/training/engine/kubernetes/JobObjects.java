package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.JobManifestBuilder;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Each worker is a Job with one pod. */
final class JobObjects implements WorkerObjects<Job> {
  private final JobManifestBuilder manifests;

  JobObjects(WorkerPodSettings settings) {
    this.manifests = new JobManifestBuilder(settings);
  }

  @Override
  public String engine() {
    return LoopSpec.Engine.KUBERNETES_JOB;
  }

  @Override
  public String kind() {
    return "Job";
  }

  @Override
  public String name(String attemptId) {
    return JobLabels.name(attemptId);
  }

  @Override
  public Job build(AttemptLaunch launch, String image) {
    return manifests.build(launch, image);
  }

  @Override
  public MixedOperation<Job, ? extends KubernetesResourceList<Job>, ? extends Resource<Job>> all(
      KubernetesClient client) {
    return client.batch().v1().jobs();
  }

  @Override
  public Members<Job> members(KubernetesClient client, String namespace) {
    Map<String, List<Pod>> pods =
        ClusterReader.managedPods(client, namespace).stream()
            .filter(pod -> ClusterReader.owner(pod, kind()).isPresent())
            .collect(Collectors.groupingBy(pod -> ClusterReader.owner(pod, kind()).get()));
    return (job, workload) ->
        new JobView(job, pods.getOrDefault(job.getMetadata().getUid(), List.of()), workload);
  }
}
