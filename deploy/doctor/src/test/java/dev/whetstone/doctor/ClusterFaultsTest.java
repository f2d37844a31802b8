package dev.whetstone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.doctor.cluster.ClusterCheck;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.settings.ServiceName;
import dev.whetstone.doctor.settings.ServiceSettings;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A training service that runs workers as Jobs, against recorded answers of an API server. */
class ClusterFaultsTest {
  private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  private static final String LOCAL =
      "/apis/kueue.x-k8s.io/v1beta2/namespaces/whetstone/localqueues/gpus";
  private static final String CLUSTER = "/apis/kueue.x-k8s.io/v1beta2/clusterqueues/shared";
  private static final String ACTIVE =
      """
      {"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"LocalQueue","metadata":{"name":"gpus"},
       "spec":{"clusterQueue":"shared"},
       "status":{"conditions":[{"type":"Active","status":"%s","message":"%s"}]}}
      """;
  private static final String QUOTA =
      """
      {"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"ClusterQueue","metadata":{"name":"shared"},
       "spec":{"resourceGroups":[{"coveredResources":["nvidia.com/gpu","memory"],
         "flavors":[{"name":"a","resources":[{"name":"nvidia.com/gpu","nominalQuota":"%s"},
           {"name":"memory","nominalQuota":"64Gi"}]}]}]}}
      """;
  private static final String PREFIX = "WHETSTONE_TRAINING_KUBERNETES_";

  private final CannedServer cluster = new CannedServer();
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void install() {
    environment.put(PREFIX + "ENABLED", "true");
    environment.put(PREFIX + "QUEUE", "gpus");
    environment.put(PREFIX + "RESOURCES", "nvidia.com/gpu=1,memory=16Gi");
    allow("nothing is refused");
    cluster.answer(LOCAL, 200, ACTIVE.formatted("True", "ready"));
    cluster.answer(CLUSTER, 200, QUOTA.formatted(8));
  }

  @AfterEach
  void remove() {
    cluster.close();
  }

  /** Refuses the right whose review contains a text. */
  private void allow(String... refused) {
    cluster.answer(
        REVIEWS,
        request -> {
          boolean isRefused = List.of(refused).stream().allMatch(request::contains);
          return "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\",\"status\":{\"allowed\":%s}}"
              .formatted(!isRefused);
        });
  }

  private List<CheckResult> examine() {
    ServiceSettings training = ServiceSettings.of(ServiceName.TRAINING, environment);
    assertThat(ClusterCheck.applies(training)).isTrue();
    return new ClusterCheck(training, this::client).find();
  }

  private KubernetesClient client() {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(cluster.url())
            .withNamespace("whetstone")
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private void assertFault(String... parts) {
    assertThat(examine().stream().filter(CheckResult::isFault).map(CheckResult::line))
        .singleElement()
        .satisfies(fault -> assertThat(fault).contains(parts));
  }

  @Test
  void shouldFindNothingWrongWithAHealthyCluster() {
    var results = examine();

    assertThat(results.stream().filter(CheckResult::isFault)).isEmpty();
    assertThat(results)
        .map(CheckResult::line)
        .anySatisfy(
            line -> assertThat(line).startsWith("ok").contains("rights of training", "all 13"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("ok")
                    .contains("queue 'gpus'", "active, and its quota holds a worker"));
  }

  @Test
  void shouldNameAMissingRight() {
    allow("\"patch\"", "\"jobs\"");

    assertFault(
        "rights of training in namespace 'whetstone'",
        "it may not patch jobs",
        "→ add the verb 'patch' on 'jobs' (API group 'batch') to the Role of training");
  }

  @Test
  void shouldNameAnApiServerThatDoesNotAnswer() {
    cluster.close();

    assertFault("Kubernetes API server", "does not answer", "→ let a NetworkPolicy allow");
  }

  @Test
  void shouldNameAnUnknownQueue() {
    environment.put(PREFIX + "QUEUE", "cpus");

    assertFault("queue 'cpus'", "does not exist", "→ create LocalQueue 'cpus'");
  }

  @Test
  void shouldNameAQueueThatAdmitsNothing() {
    cluster.answer(
        LOCAL, 200, ACTIVE.formatted("False", "Can't submit new workloads to clusterQueue"));

    assertFault("queue 'gpus'", "it admits nothing: Can't submit", "→ create or activate");
  }

  @Test
  void shouldNameAQuotaThatNeverFits() {
    cluster.answer(CLUSTER, 200, QUOTA.formatted(0));

    assertFault(
        "queue 'gpus'",
        "a worker needs 1 of nvidia.com/gpu, and no flavor has more than 0",
        "→ raise the quota of ClusterQueue 'shared'");
  }

  @Test
  void shouldSayThatAQuotaMayNotBeRead() {
    cluster.answer(
        CLUSTER,
        403,
        "{\"apiVersion\":\"v1\",\"kind\":\"Status\",\"status\":\"Failure\",\"code\":403,\"message\":\"no\"}");

    assertThat(examine())
        .map(CheckResult::line)
        .anySatisfy(line -> assertThat(line).startsWith("ok").contains("its quota is not checked"));
  }

  @Test
  void shouldNameAMissingPullSecret() {
    environment.put(PREFIX + "IMAGE_PULL_SECRETS", "registry");

    assertFault("pull secret 'registry'", "it does not exist", "→ create it");
  }
}
