package dev.whetstone.training.engine.kubernetes;

import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lists the Jobs of this engine with their pods and Workloads. Kueue's rows are listed only if a
 * Job names a queue, so that a cluster without Kueue needs no rights for them.
 */
final class ClusterReader {
  private static final String KUEUE = "kueue.x-k8s.io";

  /** Newest first; Kueue serves several versions of the same rows. */
  private static final List<String> KUEUE_VERSIONS = List.of("v1beta2", "v1beta1");

  private static final int MOST_TROUBLES = 5;

  private final KubernetesClient client;
  private final String namespace;

  ClusterReader(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  ClusterSnapshot read() {
    long startedAt = System.nanoTime();
    List<Job> jobs =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(namespace)
            .withLabels(JobLabels.MANAGED)
            .list()
            .getItems();
    Map<String, List<Pod>> pods =
        client
            .pods()
            .inNamespace(namespace)
            .withLabels(JobLabels.MANAGED)
            .list()
            .getItems()
            .stream()
            .filter(pod -> owner(pod).isPresent())
            .collect(Collectors.groupingBy(pod -> owner(pod).get()));
    Map<String, WorkloadView> workloads = Map.of();
    Optional<String> kueueFault = Optional.empty();
    if (jobs.stream().anyMatch(ClusterReader::isQueued)) {
      try {
        workloads = workloads();
      } catch (KubernetesClientException e) {
        kueueFault = Optional.of(kueueFault(e));
      }
    }
    Map<String, JobView> views = new HashMap<>();
    for (Job job : jobs) {
      String uid = job.getMetadata().getUid();
      views.put(
          job.getMetadata().getName(),
          new JobView(
              job,
              newestFirst(pods.getOrDefault(uid, List.of())),
              Optional.ofNullable(workloads.get(uid))));
    }
    return new ClusterSnapshot(views, kueueFault, startedAt);
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
        .sorted(Comparator.comparing(ClusterReader::time).reversed())
        .limit(MOST_TROUBLES)
        .map(event -> event.getReason() + ": " + event.getMessage())
        .toList();
  }

  private Map<String, WorkloadView> workloads() {
    Map<String, WorkloadView> views = new HashMap<>();
    for (GenericKubernetesResource workload : listWorkloads()) {
      owner(workload).ifPresent(job -> views.put(job, WorkloadReader.read(workload)));
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

  private static boolean isQueued(Job job) {
    Map<String, String> labels = job.getMetadata().getLabels();
    return labels != null && labels.containsKey(JobLabels.QUEUE);
  }

  private static Optional<String> owner(HasMetadata object) {
    return object.getMetadata().getOwnerReferences().stream()
        .filter(owner -> "Job".equals(owner.getKind()))
        .map(OwnerReference::getUid)
        .findFirst();
  }

  private static List<Pod> newestFirst(List<Pod> pods) {
    return pods.stream()
        .sorted(
            Comparator.comparing(
                (Pod pod) -> String.valueOf(pod.getMetadata().getCreationTimestamp()),
                Comparator.reverseOrder()))
        .toList();
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
