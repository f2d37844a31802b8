package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.kubernetes.kueue.WorkloadView;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.Optional;

/**
 * The kind of object that an engine makes for each attempt. Objects carry the labels and
 * annotations of {@link dev.whetstone.training.engine.kubernetes.manifest.JobLabels}.
 */
public interface WorkerObjects<T extends HasMetadata> {
  /** The value of {@code training.engine.kind}. */
  String engine();

  /** As the API server calls the object. */
  String kind();

  /** The name of an attempt's object: the same each time, and another for another attempt. */
  String name(String attemptId);

  /** Why this engine cannot run the attempt, with the remedy; empty when it can. */
  default Optional<String> refusal(AttemptLaunch launch) {
    return Optional.empty();
  }

  /**
   * The same launch gives the same object.
   *
   * @throws IllegalArgumentException when a setting cannot be read
   */
  T build(AttemptLaunch launch, String image);

  MixedOperation<T, ? extends KubernetesResourceList<T>, ? extends Resource<T>> all(
      KubernetesClient client);

  /** Lists what the cluster made for the objects. */
  Members<T> members(KubernetesClient client, String namespace);

  /** What one listing found beside the objects themselves. */
  interface Members<T extends HasMetadata> {
    WorkerView view(T object, Optional<WorkloadView> workload);
  }
}
