package dev.whetstone.training.engine.kubernetes.trainjob;

import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodBuilder;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TrainJob of an attempt: the same launch gives the same manifest.
 *
 * <p>A TrainJob can set only some fields of its pods. The others, and that a failed pod is never
 * replaced, are the runtime's: docs/engines.md says what it must have.
 */
final class TrainJobManifestBuilder {
  static final String GROUP = "trainer.kubeflow.org";
  static final String VERSION = "v1alpha1";
  static final String KIND = "TrainJob";

  /** What Kubeflow Trainer calls the replicated job that trains, and its container. */
  static final String NODE = "node";

  /** Under which name the pods are patched; Kueue adds a patch under its own. */
  static final String MANAGER = "whetstone.dev/training";

  private final WorkerPodSettings settings;
  private final TrainingRuntimeName runtime;
  private final WorkerPodBuilder pods;

  /**
   * @param runtime that of launches whose loop names none
   */
  TrainJobManifestBuilder(WorkerPodSettings settings, TrainingRuntimeName runtime) {
    this.settings = settings;
    this.runtime = runtime;
    this.pods = new WorkerPodBuilder(settings);
  }

  GenericKubernetesResource build(AttemptLaunch launch, String image) {
    String name = JobLabels.shortName(launch.attemptId());
    Map<String, String> labels = JobLabels.of(launch);
    Optional<String> queue = settings.queueOf(launch.engine());
    PodSpec pod = pods.build(launch, image, name);
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("runtimeRef", runtimeRef(launch));
    if (queue.isPresent()) {
      // Kueue lifts it when it has reserved the quota.
      spec.put("suspend", true);
    }
    spec.put("trainer", trainer(launch, pod.getContainers().getFirst()));
    spec.put("runtimePatches", List.of(patch(labels, pod)));
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(GROUP + "/" + VERSION)
        .withKind(KIND)
        .withNewMetadata()
        .withName(name)
        .withLabels(JobLabels.withQueue(labels, queue, settings.priorityClass()))
        .addToAnnotations(JobLabels.ATTEMPT, launch.attemptId())
        .endMetadata()
        .addToAdditionalProperties("spec", spec)
        .build();
  }

  private Map<String, Object> runtimeRef(AttemptLaunch launch) {
    TrainingRuntimeName chosen =
        Optional.ofNullable(launch.engine().runtime())
            .map(text -> TrainingRuntimeName.parse("training.engine.runtime", text))
            .orElse(runtime);
    return fields("apiGroup", GROUP, "kind", chosen.kind(), "name", chosen.name());
  }

  private static Map<String, Object> trainer(AttemptLaunch launch, Container container) {
    return fields(
        "image",
        container.getImage(),
        "command",
        container.getCommand(),
        "env",
        container.getEnv(),
        "numNodes",
        Optional.ofNullable(launch.engine().nodes()).orElse(1),
        "resourcesPerNode",
        container.getResources());
  }

  private static Map<String, Object> patch(Map<String, String> labels, PodSpec pod) {
    Map<String, Object> podTemplate =
        fields("metadata", fields("labels", labels), "spec", podPatch(pod));
    Map<String, Object> node =
        fields("name", NODE, "template", fields("spec", fields("template", podTemplate)));
    return fields(
        "manager",
        MANAGER,
        "trainingRuntimeSpec",
        fields("template", fields("spec", fields("replicatedJobs", List.of(node)))));
  }

  private static Map<String, Object> podPatch(PodSpec pod) {
    Container container = pod.getContainers().getFirst();
    Map<String, Object> patch =
        fields(
            "serviceAccountName",
            pod.getServiceAccountName(),
            "securityContext",
            pod.getSecurityContext(),
            "volumes",
            pod.getVolumes(),
            "containers",
            List.of(
                fields(
                    "name",
                    NODE,
                    "securityContext",
                    container.getSecurityContext(),
                    "volumeMounts",
                    container.getVolumeMounts())));
    if (!pod.getImagePullSecrets().isEmpty()) {
      patch.put("imagePullSecrets", pod.getImagePullSecrets());
    }
    if (!isEmpty(pod.getNodeSelector())) {
      patch.put("nodeSelector", pod.getNodeSelector());
    }
    if (!pod.getTolerations().isEmpty()) {
      patch.put("tolerations", pod.getTolerations());
    }
    return patch;
  }

  private static boolean isEmpty(@Nullable Map<String, String> map) {
    return map == null || map.isEmpty();
  }

  private static Map<String, Object> fields(Object... namesAndValues) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return fields;
  }
}
