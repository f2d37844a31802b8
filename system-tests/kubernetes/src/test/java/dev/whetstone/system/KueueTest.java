package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the engine relies on: Kueue holds a Job back until there is quota, reports the reason, and
 * preempts it.
 */
class KueueTest {
  @RegisterExtension static final ClusterUnderTest cluster = new ClusterUnderTest();

  private static final String NAMESPACE = "kueue-test";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @BeforeAll
  static void makeQueue() {
    cluster.loadProbe();
    cluster.namespace(NAMESPACE, "baseline");
    cluster.apply(NAMESPACE, ClusterUnderTest.SOURCES.resolve("manifests/local-queue.yaml"));
  }

  @AfterEach
  void removeJobs() {
    client().batch().v1().jobs().inNamespace(NAMESPACE).delete();
    await()
        .atMost(LIMIT)
        .until(() -> client().pods().inNamespace(NAMESPACE).list().getItems().isEmpty());
  }

  @Test
  void shouldHoldAJobBackUntilAnotherEnds() {
    create("first", Map.of("cpu", "800m"), "low", "exit", "20", "0");
    awaitRunning("first");
    create("second", Map.of("cpu", "800m"), "low", "exit", "0", "0");

    awaitMessage("second", "insufficient unused quota for cpu in flavor default, 600m more needed");
    assertThat(job("second").getSpec().getSuspend()).isTrue();
    assertThat(cluster.pods(NAMESPACE, Map.of("job-name", "second"))).isEmpty();

    awaitCondition("first", "Complete");
    awaitCondition("second", "Complete");
  }

  @Test
  void shouldNameTheQuotaThatAJobNeverFits() {
    create("too-big", Map.of("nvidia.com/gpu", "2"), "low", "exit", "0", "0");
    awaitMessage("too-big", "insufficient quota for nvidia.com/gpu in flavor default");
    assertThat(job("too-big").getSpec().getSuspend()).isTrue();
  }

  @Test
  void shouldTakeBackAJobForOneOfHigherPriority() {
    create("low", Map.of("nvidia.com/gpu", "1"), "low", "exit", "600", "0");
    awaitRunning("low");
    create("high", Map.of("nvidia.com/gpu", "1"), "high", "exit", "1", "0");

    awaitCondition("high", "Complete");
    // When the other has ended, it is started again with a new pod.
    awaitRunning("low");
    assertThat(job("low").getStatus().getFailed()).isNull();
  }

  @Test
  void shouldFailAJobByTheExitCodeOfItsContainer() {
    create("bad-data", Map.of("cpu", "100m"), "low", "exit", "0", "65");
    awaitCondition("bad-data", "Failed");
    assertThat(job("bad-data").getStatus().getConditions())
        .anyMatch(c -> c.getType().equals("Failed") && c.getReason().equals("PodFailurePolicy"));
  }

  private static void create(
      String name, Map<String, String> resources, String priority, String... arguments) {
    Map<String, Quantity> quantities =
        resources.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> Quantity.parse(e.getValue())));
    Job job =
        new JobBuilder()
            .withNewMetadata()
            .withName(name)
            .addToLabels("kueue.x-k8s.io/queue-name", "training")
            .addToLabels("kueue.x-k8s.io/priority-class", priority)
            .endMetadata()
            .withNewSpec()
            .withBackoffLimit(0)
            .withNewPodFailurePolicy()
            .addNewRule()
            .withAction("FailJob")
            .withNewOnExitCodes()
            .withContainerName("worker")
            .withOperator("In")
            .withValues(65)
            .endOnExitCodes()
            .endRule()
            .addNewRule()
            .withAction("Ignore")
            .addNewOnPodCondition("True", "DisruptionTarget")
            .endRule()
            .endPodFailurePolicy()
            .withNewTemplate()
            .withNewSpec()
            .withRestartPolicy("Never")
            .withTerminationGracePeriodSeconds(2L)
            .addNewContainer()
            .withName("worker")
            .withImage(ClusterUnderTest.PROBE_IMAGE)
            .withImagePullPolicy("Never")
            .withArgs(arguments)
            .withNewResources()
            .withRequests(quantities)
            .withLimits(quantities)
            .endResources()
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    client().batch().v1().jobs().inNamespace(NAMESPACE).resource(job).create();
  }

  private static void awaitRunning(String name) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(cluster.pods(NAMESPACE, Map.of("job-name", name)))
                    .as("running pods of %s", name)
                    .anyMatch(
                        pod ->
                            pod.getStatus().getPhase().equals("Running")
                                && pod.getMetadata().getDeletionTimestamp() == null));
  }

  private static void awaitCondition(String name, String type) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(job(name).getStatus().getConditions())
                    .as("conditions of %s", name)
                    .anyMatch(c -> c.getType().equals(type) && c.getStatus().equals("True")));
  }

  /** Waits until the Job's Workload says that it has no quota, in these words. */
  private static void awaitMessage(String name, String words) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(quotaMessages(name)).anyMatch(m -> m.contains(words)));
  }

  private static List<String> quotaMessages(String job) {
    return client()
        .genericKubernetesResources("kueue.x-k8s.io/v1beta2", "Workload")
        .inNamespace(NAMESPACE)
        .list()
        .getItems()
        .stream()
        .filter(
            w ->
                w.getMetadata().getOwnerReferences().stream()
                    .anyMatch(o -> o.getName().equals(job)))
        .flatMap(KueueTest::conditions)
        .filter(c -> "QuotaReserved".equals(c.get("type")) && "False".equals(c.get("status")))
        .map(c -> Objects.toString(c.get("message")))
        .toList();
  }

  private static Stream<Map<String, Object>> conditions(GenericKubernetesResource workload) {
    List<Map<String, Object>> conditions = workload.get("status", "conditions");
    return conditions == null ? Stream.empty() : conditions.stream();
  }

  private static Job job(String name) {
    return client().batch().v1().jobs().inNamespace(NAMESPACE).withName(name).get();
  }

  private static KubernetesClient client() {
    return cluster.client();
  }
}
