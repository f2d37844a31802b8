package dev.whetstone.training.engine.kubernetes.trainjob;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.kubernetes.ClusterReader;
import dev.whetstone.training.engine.kubernetes.WorkerObjects;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Each worker is a TrainJob. Kubeflow Trainer makes a JobSet of the same name for it, and the
 * JobSet controller a Job, whose pods carry the JobSet's name as a label.
 */
final class TrainJobObjects implements WorkerObjects<GenericKubernetesResource> {
  private static final String JOB_SET = "jobset.sigs.k8s.io/jobset-name";

  /** Given in full, so that the client does not ask the API server for its kinds. */
  private static final ResourceDefinitionContext DEFINITION =
      new ResourceDefinitionContext.Builder()
          .withGroup(TrainJobManifestBuilder.GROUP)
          .withVersion(TrainJobManifestBuilder.VERSION)
          .withKind(TrainJobManifestBuilder.KIND)
          .withPlural("trainjobs")
          .withNamespaced(true)
          .build();

  private final TrainJobManifestBuilder manifests;

  TrainJobObjects(WorkerPodSettings settings, TrainingRuntimeName runtime) {
    this.manifests = new TrainJobManifestBuilder(settings, runtime);
  }

  @Override
  public String engine() {
    return LoopSpec.Engine.KUBEFLOW_TRAINJOB;
  }

  @Override
  public String kind() {
    return TrainJobManifestBuilder.KIND;
  }

  @Override
  public String name(String attemptId) {
    return JobLabels.shortName(attemptId);
  }

  /**
   * A loop file that asks for more is refused when it is read. Loops also come from a version that
   * does not refuse it.
   */
  @Override
  public Optional<String> refusal(AttemptLaunch launch) {
    Integer nodes = launch.engine().nodes();
    return nodes != null && nodes > 1
        ? Optional.of(
            "training.engine.nodes is %d, and this version's worker trains on one node; set it to 1 or remove it"
                .formatted(nodes))
        : Optional.empty();
  }

  @Override
  public GenericKubernetesResource build(AttemptLaunch launch, String image) {
    return manifests.build(launch, image);
  }

  @Override
  public MixedOperation<
          GenericKubernetesResource,
          ? extends KubernetesResourceList<GenericKubernetesResource>,
          ? extends Resource<GenericKubernetesResource>>
      all(KubernetesClient client) {
    return client.genericKubernetesResources(DEFINITION);
  }

  @Override
  public Members<GenericKubernetesResource> members(KubernetesClient client, String namespace) {
    Map<String, List<Job>> jobs =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(namespace)
            .withLabel(JOB_SET)
            .list()
            .getItems()
            .stream()
            .filter(job -> jobSet(job).isPresent())
            .collect(Collectors.groupingBy(job -> jobSet(job).get()));
    Map<String, List<Pod>> pods =
        ClusterReader.managedPods(client, namespace).stream()
            .filter(pod -> jobSet(pod).isPresent())
            .collect(Collectors.groupingBy(pod -> jobSet(pod).get()));
    return (trainJob, workload) -> {
      String name = trainJob.getMetadata().getName();
      return new TrainJobView(
          trainJob,
          jobs.getOrDefault(name, List.of()),
          pods.getOrDefault(name, List.of()),
          workload);
    };
  }

  private static Optional<String> jobSet(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null ? Optional.empty() : Optional.ofNullable(labels.get(JOB_SET));
  }
}
