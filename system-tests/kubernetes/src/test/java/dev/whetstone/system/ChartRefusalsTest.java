package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the chart's NetworkPolicies, Roles and PodDisruptionBudgets refuse, tried from pods and
 * accounts with the labels and names of the chart. The programs in the pods are stand-ins: only
 * labels and ports count.
 */
class ChartRefusalsTest {
  @RegisterExtension static final ClusterUnderTest cluster = new ClusterUnderTest();

  private static final String NAMESPACE = "chart-refusals";
  private static final String RELEASE = "whetstone";
  private static final Set<String> GUARDS =
      Set.of("ServiceAccount", "Role", "RoleBinding", "NetworkPolicy", "PodDisruptionBudget");
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @BeforeAll
  static void applyGuards() {
    cluster.loadProbe();
    cluster.namespace(NAMESPACE);
    String rendered =
        cluster
            .helm(
                "template",
                RELEASE,
                WhetstoneRelease.CHART.toString(),
                "--namespace",
                NAMESPACE,
                "--values",
                WhetstoneRelease.CHART.resolve("values-small.yaml").toString(),
                "--set",
                "services.ingest.replicas=2")
            .succeeded();
    List<HasMetadata> objects =
        cluster
            .client()
            .load(new ByteArrayInputStream(rendered.getBytes(StandardCharsets.UTF_8)))
            .items();
    List<HasMetadata> guards =
        objects.stream().filter(object -> GUARDS.contains(object.getKind())).toList();
    assertThat(guards).extracting(HasMetadata::getKind).containsAll(GUARDS);
    guards.forEach(guard -> cluster.client().resource(guard).inNamespace(NAMESPACE).create());

    for (String component : List.of("ingest", "curation", "training", "eval")) {
      standIn(component, chartLabels(component), 8080);
    }
    standIn("infrastructure", chartLabels("infrastructure"), 9092);
    standIn("worker", Map.of("app.kubernetes.io/name", "whetstone-worker"), 8080);
    standIn("stranger", Map.of("app", "stranger"), 8080);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                cluster.client().pods().inNamespace(NAMESPACE).list().getItems().stream()
                    .allMatch(Readiness::isPodReady));
  }

  @ParameterizedTest
  @CsvSource({
    "curation, infrastructure, 9092",
    "ingest, infrastructure, 9092",
    "worker, training, 8080"
  })
  void shouldLetThroughWhatTheLoopNeeds(String from, String to, int port) {
    // The policies of a new pod take effect a moment after its start.
    await().atMost(LIMIT).untilAsserted(() -> get(from, to, port).succeeded());
  }

  @ParameterizedTest
  @CsvSource({
    "stranger, ingest, 8080",
    "stranger, infrastructure, 9092",
    "worker, infrastructure, 9092",
    "worker, eval, 8080",
    "ingest, curation, 8080",
    "ingest, training, 8080",
    "infrastructure, ingest, 8080",
    "eval, stranger, 8080"
  })
  void shouldKeepOtherConnectionsOut(String from, String to, int port) {
    assertThat(get(from, to, port).failed()).contains("Client.Timeout exceeded");
  }

  @ParameterizedTest
  @CsvSource({
    "training, create, jobs.batch",
    "training, list, workloads.kueue.x-k8s.io",
    "training, create, secrets"
  })
  void shouldGiveTrainingTheRightsThatItUses(String account, String verb, String resource) {
    assertThat(canI(account, verb, resource).succeeded()).startsWith("yes");
  }

  @ParameterizedTest
  @CsvSource({
    "training, get, secrets",
    "training, list, secrets",
    "training, create, pods",
    "training, create, pods/exec",
    "training, create, roles.rbac.authorization.k8s.io",
    "eval, create, jobs.batch",
    "eval, list, secrets",
    "ingest, list, pods",
    "curation, list, pods",
    "worker, list, pods",
    "worker, create, jobs.batch"
  })
  void shouldGiveNoOtherRights(String account, String verb, String resource) {
    assertThat(canI(account, verb, resource).failed()).startsWith("no");
  }

  @Test
  void shouldGiveTrainingNoRightsInOtherNamespaces() {
    assertThat(
            cluster.runKubectl("get", "jobs", "-n", "default", "--as", user("training")).failed())
        .contains("Forbidden");
  }

  @Test
  void shouldRefuseASecondEvictionAtATime() {
    cluster.apply(NAMESPACE, ClusterUnderTest.SOURCES.resolve("manifests/two-instances.yaml"));
    Map<String, String> labels = Map.of("test", "two-instances");
    await().atMost(LIMIT).until(() -> cluster.pods(NAMESPACE, labels).size() == 2);
    // The stand-in of ingest has no controller: the budget counts it as healthy, not as expected.
    cluster.client().pods().inNamespace(NAMESPACE).withName("ingest").delete();
    await().atMost(LIMIT).until(ChartRefusalsTest::hasBudgetForOneOfTwo);
    List<Pod> pods = cluster.pods(NAMESPACE, labels);
    // A replacement that is ready at once would permit the second eviction.
    cluster.kubectl("cordon", ClusterUnderTest.NODE);
    try {
      assertThat(evict(pods.get(0))).isTrue();
      assertThat(evict(pods.get(1))).isFalse();
    } finally {
      cluster.kubectl("uncordon", ClusterUnderTest.NODE);
    }
    standIn("ingest", chartLabels("ingest"), 8080);
  }

  @Test
  void shouldRefuseAPrivilegedPod() {
    assertThat(
            cluster
                .runKubectl(
                    "run",
                    "privileged",
                    "-n",
                    NAMESPACE,
                    "--privileged",
                    "--image",
                    ClusterUnderTest.PROBE_IMAGE)
                .failed())
        .contains("violates PodSecurity \"restricted:latest\"");
  }

  private static boolean hasBudgetForOneOfTwo() {
    boolean standInGone =
        cluster.client().pods().inNamespace(NAMESPACE).withName("ingest").get() == null;
    var status =
        cluster
            .client()
            .policy()
            .v1()
            .podDisruptionBudget()
            .inNamespace(NAMESPACE)
            .withName(RELEASE + "-ingest")
            .get()
            .getStatus();
    return standInGone
        && status.getExpectedPods() == 2
        && status.getCurrentHealthy() == 2
        && status.getDisruptionsAllowed() == 1;
  }

  private static boolean evict(Pod pod) {
    try {
      return cluster.client().pods().resource(pod).evict();
    } catch (KubernetesClientException e) {
      assertThat(e.getCode()).isEqualTo(429);
      return false;
    }
  }

  private static ProgramRun get(String from, String to, int port) {
    String address =
        cluster.client().pods().inNamespace(NAMESPACE).withName(to).get().getStatus().getPodIP();
    return cluster.runKubectl(
        "exec", "-n", NAMESPACE, from, "--", "/probe", "get", "http://" + address + ":" + port);
  }

  private static ProgramRun canI(String account, String verb, String resource) {
    return cluster.runKubectl(
        "auth", "can-i", verb, resource, "-n", NAMESPACE, "--as", user(account));
  }

  private static String user(String account) {
    return "system:serviceaccount:" + NAMESPACE + ":" + RELEASE + "-" + account;
  }

  private static Map<String, String> chartLabels(String component) {
    return Map.of(
        "app.kubernetes.io/name", "whetstone",
        "app.kubernetes.io/instance", RELEASE,
        "app.kubernetes.io/component", component);
  }

  private static void standIn(String name, Map<String, String> labels, int port) {
    cluster
        .client()
        .resource(StandInPods.server(name, labels, port))
        .inNamespace(NAMESPACE)
        .create();
  }
}
