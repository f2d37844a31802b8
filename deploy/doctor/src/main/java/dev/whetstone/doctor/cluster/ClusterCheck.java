package dev.whetstone.doctor.cluster;

import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.settings.ServiceSettings;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Checks the cluster of a training service that runs workers as Jobs, with its own rights. */
public final class ClusterCheck {
  private static final String ENGINE = "whetstone.training.kubernetes.";

  /** As the engine has it where the setting is absent. */
  private static final List<String> RESOURCES = List.of("cpu=1", "memory=4Gi");

  private final ServiceSettings training;
  private final Supplier<KubernetesClient> clients;

  /**
   * @param clients makes a client; it is closed after use
   */
  public ClusterCheck(ServiceSettings training, Supplier<KubernetesClient> clients) {
    this.training = training;
    this.clients = clients;
  }

  /** Whether a service uses a cluster. */
  public static boolean applies(ServiceSettings service) {
    return service.text(ENGINE + "enabled").filter(Boolean::parseBoolean).isPresent();
  }

  public CheckSubject subject() {
    return new CheckSubject(CheckName.CLUSTER, "Kubernetes API server", "");
  }

  public List<CheckResult> find() {
    try (KubernetesClient client = clients.get()) {
      String place = client.getMasterUrl().toString();
      String namespace =
          training
              .text(ENGINE + "namespace")
              .orElseGet(() -> client.getNamespace() == null ? "default" : client.getNamespace());
      List<CheckResult> results = new ArrayList<>();
      results.addAll(rights(client, new Location(place, namespace)));
      training
          .text(ENGINE + "queue")
          .ifPresent(
              queue ->
                  results.add(
                      new QueueCheck(client, namespace)
                          .find(
                              new CheckSubject(
                                  CheckName.QUEUE,
                                  "queue '%s'".formatted(queue),
                                  "namespace " + namespace),
                              queue,
                              resources())));
      results.addAll(pullSecrets(client, namespace));
      return results;
    } catch (KubernetesClientException e) {
      return List.of(
          subject()
              .fault(
                  "it does not answer, or not to this ServiceAccount: " + e.getMessage(),
                  "let a NetworkPolicy allow its address, and mount the ServiceAccount's token"));
    }
  }

  private record Location(String place, String namespace) {}

  private List<CheckResult> rights(KubernetesClient client, Location location) {
    List<CheckResult> results = new ArrayList<>();
    boolean queued = training.text(ENGINE + "queue").isPresent();
    CheckSubject subject =
        new CheckSubject(
            CheckName.CLUSTER_RIGHTS,
            "rights of training in namespace '%s'".formatted(location.namespace()),
            location.place());
    int granted = 0;
    for (ClusterRight right : ClusterRight.OF_TRAINING) {
      for (String verb : right.verbs()) {
        if (right.onlyWithQueues() && !queued) {
          continue;
        }
        if (isAllowed(client, right, verb, location.namespace())) {
          granted++;
        } else {
          results.add(
              subject.fault(
                  "it may not %s %s".formatted(verb, right.resource()),
                  "add the verb '%s' on '%s' (API group '%s') to the Role of training"
                      .formatted(verb, right.resource(), right.group())));
        }
      }
    }
    results.addFirst(
        new CheckSubject(CheckName.CLUSTER, "Kubernetes API server", location.place())
            .ok("answers"));
    if (results.size() == 1) {
      results.add(subject.ok("all %d".formatted(granted)));
    }
    return results;
  }

  private static boolean isAllowed(
      KubernetesClient client, ClusterRight right, String verb, String namespace) {
    SelfSubjectAccessReview review =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withNamespace(namespace)
            .withGroup(right.group())
            .withResource(right.resource())
            .withVerb(verb)
            .endResourceAttributes()
            .endSpec()
            .build();
    SelfSubjectAccessReview answer =
        client.authorization().v1().selfSubjectAccessReview().create(review);
    return answer.getStatus() != null && Boolean.TRUE.equals(answer.getStatus().getAllowed());
  }

  private Map<String, String> resources() {
    Map<String, String> resources = new LinkedHashMap<>();
    for (String pair :
        training.config().getOptionalValues(ENGINE + "resources", String.class).orElse(RESOURCES)) {
      String[] parts = pair.split("=", 2);
      resources.put(parts[0].strip(), parts[1].strip());
    }
    return resources;
  }

  private List<CheckResult> pullSecrets(KubernetesClient client, String namespace) {
    List<CheckResult> results = new ArrayList<>();
    for (String name :
        training
            .config()
            .getOptionalValues(ENGINE + "image-pull-secrets", String.class)
            .orElse(List.of())) {
      CheckSubject subject =
          new CheckSubject(
              CheckName.PULL_SECRET, "pull secret '%s'".formatted(name), "namespace " + namespace);
      try {
        results.add(
            client.secrets().inNamespace(namespace).withName(name).get() == null
                ? subject.fault(
                    "it does not exist",
                    "create it (kubectl create secret docker-registry), or correct"
                        + " images.pullSecrets")
                : subject.ok("exists"));
      } catch (KubernetesClientException e) {
        results.add(
            subject.notChecked(
                "training's ServiceAccount may not read Secrets; 'kubectl get secret %s' shows it"
                    .formatted(name)));
      }
    }
    return results;
  }
}
