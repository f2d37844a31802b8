package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.kubernetes.kueue.WorkloadReader;
import dev.whetstone.training.engine.kubernetes.kueue.WorkloadView;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Lists the objects of an engine with their pods and Workloads. Kueue's rows are listed only if an
 * object names a queue, so that a cluster without Kueue needs no rights for them.
 */
public final class ClusterReader<T extends HasMetadata> {
  private static final String KUEUE = "kueue.x-k8s.io";

  /** Newest first; Kueue serves several versions of the same rows. */
  private static final List<String> KUEUE_VERSIONS = List.of("v1beta2", "v1beta1");

  private static final int MOST_TROUBLES = 5;

  private final KubernetesClient client;
  private final String namespace;
  private final WorkerObjects<T> objects;

  ClusterReader(KubernetesClient client, String namespace, WorkerObjects<T> objects) {
    this.client = client;
    this.namespace = namespace;
    this.objects = objects;
  }

  ClusterSnapshot read() {
    long startedAt = System.nanoTime();
    List<T> found =
        objects.all(client).inNamespace(namespace).withLabels(JobLabels.MANAGED).list().getItems();
    WorkerObjects.Members<T> members = objects.members(client, namespace);
    Map<String, WorkloadView> workloads = Map.of();
    Optional<String> kueueFault = Optional.empty();
    if (found.stream().anyMatch(ClusterReader::isQueued)) {
      try {
        workloads = workloads();
      } catch (KubernetesClientException e) {
        kueueFault = Optional.of(kueueFault(e));
      }
    }
    Map<String, WorkerView> views = new HashMap<>();
    for (T object : found) {
      views.put(
          object.getMetadata().getName(),
          members.view(object, Optional.ofNullable(workloads.get(object.getMetadata().getUid()))));
    }
    return new ClusterSnapshot(views, kueueFault, startedAt);
  }

  /** The pods of all engines, newest first. */
  public static List<Pod> managedPods(KubernetesClient client, String namespace) {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabels(JobLabels.MANAGED)
        .list()
        .getItems()
        .stream()
        .sorted(
            Comparator.comparing(
                (Pod pod) -> String.valueOf(pod.getMetadata().getCreationTimestamp()),
                Comparator.reverseOrder()))
        .toList();
  }

  /** The identity of the owner of this kind. */
  static Optional<String> owner(HasMetadata object, String kind) {
    return object.getMetadata().getOwnerReferences().stream()
        .filter(owner -> kind.equals(owner.getKind()))
        .map(OwnerReference::getUid)
        .findFirst();
  }

  /** Messages of the object's warning events, newest first. */
  List<String> troubles(HasMetadata object) {
    return client
        .v1()
        .events()
        .inNamespace(namespace)
        .withField("involvedObject.uid", object.getMetadata().getUid())
        .list()
        .getItems()
        .stream()
        .filter(event -> "Warning".equals(event.getType()))
        .sorted(Comparator.comparing((Event event) -> time(event)).reversed())
        .limit(MOST_TROUBLES)
        .map(event -> event.getReason() + ": " + event.getMessage())
        .toList();
  }

  private Map<String, WorkloadView> workloads() {
    Map<String, WorkloadView> views = new HashMap<>();
    for (GenericKubernetesResource workload : listWorkloads()) {
      owner(workload, objects.kind())
          .ifPresent(owner -> views.put(owner, WorkloadReader.read(workload)));
    }
    return views;
  }

  private List<GenericKubernetesResource> listWorkloads() {
    KubernetesClientException last = null;
    for (String version : KUEUE_VERSIONS) {
      try {
        return client
            .genericKubernetesResources(workloads(version))
            .inNamespace(namespace)
            .list()
            .getItems();
      } catch (KubernetesClientException e) {
        if (e.getCode() != ApiFaultRule.NOT_FOUND) {
          throw e;
        }
        last = e;
      }
    }
    throw Objects.requireNonNull(last);
  }

  /** Given in full, so that the client does not ask the API server for its kinds. */
  private static ResourceDefinitionContext workloads(String version) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(KUEUE)
        .withVersion(version)
        .withKind("Workload")
        .withPlural("workloads")
        .withNamespaced(true)
        .build();
  }

  private String kueueFault(KubernetesClientException fault) {
    return fault.getCode() == ApiFaultRule.NOT_FOUND
        ? "this cluster has no Kueue; install it, or remove training.engine.queue"
        : ApiFaultRule.missingRight(fault, namespace).orElse(ApiFaultRule.message(fault));
  }

  private static boolean isQueued(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels != null && labels.containsKey(JobLabels.QUEUE);
  }

  private static String time(Event event) {
    if (event.getLastTimestamp() != null) {
      return event.getLastTimestamp();
    }
    return event.getEventTime() != null && event.getEventTime().getTime() != null
        ? event.getEventTime().getTime()
        : "";
  }
}
