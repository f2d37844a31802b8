package dev.whetstone.training.engine.kubernetes.manifest;

import dev.whetstone.training.engine.AttemptLaunch;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes the pod of a worker. It meets the pod security standard {@code restricted}. */
public final class WorkerPodBuilder {
  static final String CONTAINER = "worker";

  private static final String SPEC_FOLDER = "/etc/whetstone";
  private static final String WORK_FOLDER = "/tmp";
  private static final int READABLE_BY_GROUP = 0440;

  private final WorkerPodSettings settings;

  public WorkerPodBuilder(WorkerPodSettings settings) {
    this.settings = settings;
  }

  /**
   * @param image that of the loop, or the configured one
   * @param secret the name of the attempt's Secret
   */
  public PodSpec build(AttemptLaunch launch, String image, String secret) {
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withServiceAccountName(settings.serviceAccount())
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(settings.gracePeriod().toSeconds())
        .withNodeSelector(settings.nodeSelector().isEmpty() ? null : settings.nodeSelector())
        .withTolerations(settings.tolerations().stream().map(WorkerPodBuilder::toleration).toList())
        .withImagePullSecrets(
            settings.imagePullSecrets().stream().map(LocalObjectReference::new).toList())
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(settings.runAsUser())
        .withRunAsGroup(settings.runAsUser())
        .withFsGroup(settings.fsGroup())
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(container(launch, image, secret))
        .withVolumes(volumes(secret))
        .build();
  }

  private Container container(AttemptLaunch launch, String image, String secret) {
    Map<String, Quantity> resources = resources(launch);
    List<String> command = new ArrayList<>(settings.command());
    command.addAll(
        List.of(launch.task().command(), "--spec", SPEC_FOLDER + "/" + WorkerSecretBuilder.SPEC));
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(image)
        .withImagePullPolicy(settings.imagePullPolicy())
        .withCommand(command)
        .withWorkingDir(WORK_FOLDER)
        .withEnv(environment(launch, secret))
        .withEnvFrom(environmentSecrets())
        .withNewResources()
        .withRequests(resources)
        .withLimits(resources)
        .endResources()
        // The end of the log, up to 2 KiB or 80 lines, becomes part of the pod's status.
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .withVolumeMounts(mounts())
        .build();
  }

  private Map<String, Quantity> resources(AttemptLaunch launch) {
    Map<String, String> texts = new TreeMap<>(settings.resources());
    Optional.ofNullable(launch.engine().resources()).ifPresent(texts::putAll);
    Map<String, Quantity> resources = new LinkedHashMap<>();
    texts.forEach((name, quantity) -> resources.put(name, Quantity.parse(quantity)));
    return resources;
  }

  private List<EnvVar> environment(AttemptLaunch launch, String secret) {
    Map<String, String> plain = new LinkedHashMap<>();
    plain.put("HOME", WORK_FOLDER);
    plain.put("HF_HOME", settings.modelCache().path());
    plain.put("PYTHONUNBUFFERED", "1");
    plain.put("TOKENIZERS_PARALLELISM", "false");
    plain.putAll(settings.environment());
    List<EnvVar> variables = new ArrayList<>();
    plain.forEach((name, value) -> variables.add(new EnvVar(name, value, null)));
    WorkerSecretBuilder.variables(launch)
        .keySet()
        .forEach(
            name ->
                variables.add(
                    new EnvVarBuilder()
                        .withName(name)
                        .withNewValueFrom()
                        .withNewSecretKeyRef(name, secret, false)
                        .endValueFrom()
                        .build()));
    return variables;
  }

  private List<EnvFromSource> environmentSecrets() {
    return settings.environmentSecrets().stream()
        .map(
            name ->
                new EnvFromSourceBuilder().withNewSecretRef().withName(name).endSecretRef().build())
        .toList();
  }

  private List<Volume> volumes(String secret) {
    List<Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName("spec")
            .withNewSecret()
            .withSecretName(secret)
            .withDefaultMode(READABLE_BY_GROUP)
            .addNewItem(WorkerSecretBuilder.SPEC, null, WorkerSecretBuilder.SPEC)
            .endSecret()
            .build());
    volumes.add(empty("work", settings.workSize()));
    WorkerPodSettings.ModelCache cache = settings.modelCache();
    volumes.add(
        cache.claim().map(claim -> claim("models", claim)).orElse(empty("models", cache.size())));
    int number = 0;
    for (String claim : settings.claims().keySet()) {
      volumes.add(claim("claim-" + number++, claim));
    }
    return volumes;
  }

  private List<VolumeMount> mounts() {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(mount("spec", SPEC_FOLDER).withReadOnly(true).build());
    mounts.add(mount("work", WORK_FOLDER).build());
    mounts.add(mount("models", settings.modelCache().path()).build());
    int number = 0;
    for (String path : settings.claims().values()) {
      mounts.add(mount("claim-" + number++, path).build());
    }
    return mounts;
  }

  private static VolumeMountBuilder mount(String name, String path) {
    return new VolumeMountBuilder().withName(name).withMountPath(path);
  }

  private static Volume empty(String name, Optional<String> size) {
    return new VolumeBuilder()
        .withName(name)
        .withNewEmptyDir()
        .withSizeLimit(size.map(Quantity::parse).orElse(null))
        .endEmptyDir()
        .build();
  }

  private static Volume claim(String name, String claim) {
    return new VolumeBuilder().withName(name).withNewPersistentVolumeClaim(claim, null).build();
  }

  private static Toleration toleration(WorkerPodSettings.PodToleration toleration) {
    return new TolerationBuilder()
        .withKey(toleration.key())
        .withOperator(toleration.value().isPresent() ? "Equal" : "Exists")
        .withValue(toleration.value().orElse(null))
        .withEffect(toleration.effect())
        .build();
  }
}
