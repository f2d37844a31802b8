package dev.whetstone.training.engine.kubernetes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The engines {@code kubernetes-job} and {@code kubeflow-trainjob}. Maps are lists of {@code
 * name=value}, so that environment variables can set all of them.
 */
@ConfigMapping(prefix = "whetstone.training.kubernetes")
public interface KubernetesEngineConfig {
  /** Whether this service has the engine. */
  @WithDefault("false")
  boolean enabled();

  /** The namespace of Jobs; absent means that of the client: the service's own in a cluster. */
  Optional<String> namespace();

  /** Container image of workers, unless a loop names one. */
  Optional<String> image();

  @WithDefault("IfNotPresent")
  String imagePullPolicy();

  /** Names of Secrets with the registry's credentials. */
  Optional<List<String>> imagePullSecrets();

  /** What the container runs before {@code train --spec FILE}. */
  @WithDefault("python3,-m,whetstone_worker")
  List<String> command();

  /** ServiceAccount of worker pods. It needs no rights, and its token is not mounted. */
  @WithDefault("default")
  String serviceAccount();

  /** Kueue's LocalQueue, unless a loop names one; absent means without Kueue. */
  Optional<String> queue();

  /** Kueue's WorkloadPriorityClass. */
  Optional<String> priorityClass();

  /** {@code name=quantity}: requests and limits; a loop's values replace those of the same name. */
  @WithDefault("cpu=1,memory=4Gi")
  List<String> resources();

  /** {@code label=value}. */
  Optional<List<String>> nodeSelector();

  /** {@code key=value:Effect}, or {@code key:Effect} for any value. */
  Optional<List<String>> tolerations();

  /** {@code claim=/path}: PersistentVolumeClaims that workers mount, such as a shared store. */
  Optional<List<String>> claims();

  /** PersistentVolumeClaim of the model cache; absent means an empty folder of the pod. */
  Optional<String> modelCacheClaim();

  /** Where the model cache is mounted; workers get it as {@code HF_HOME}. */
  @WithDefault("/cache")
  String modelCachePath();

  /** Size limit of the model cache without a claim. */
  Optional<String> modelCacheSize();

  /** Size limit of {@code /tmp}, the only other writable folder. */
  Optional<String> workSize();

  /** {@code NAME=value}: variables of every worker. */
  Optional<List<String>> environment();

  /** Names of Secrets whose keys become variables of every worker. */
  Optional<List<String>> environmentSecrets();

  @WithDefault("10001")
  long runAsUser();

  @WithDefault("10001")
  long fsGroup();

  /** How long a worker may take to save a resume point when its pod is ended. */
  @WithDefault("PT2M")
  Duration gracePeriod();

  /** How long an ended Job is kept. The exit code is lost when this service is down for longer. */
  @WithDefault("P1D")
  Duration keepEnded();

  /** How long a Job may wait for quota before it is deleted and made again. */
  @WithDefault("P7D")
  Duration queueDeadline();

  /**
   * How long the pod of an admitted Job may take to start, its image's download included, before
   * the Job is deleted and made again with the settings of that time.
   */
  @WithDefault("PT15M")
  Duration startDeadline();

  /** Jobs that may train at the same time; absent sets no bound beside the cluster's own. */
  OptionalInt maxWorkers();

  /** Jobs that may score at the same time; absent sets no bound beside the cluster's own. */
  OptionalInt scoringWorkers();

  /** Oldest list of Jobs and pods by which a worker counts as running or ended. */
  @WithDefault("PT10S")
  Duration listEvery();

  /** Limit of one call to the API server. */
  @WithDefault("PT10S")
  Duration requestTimeout();
}
