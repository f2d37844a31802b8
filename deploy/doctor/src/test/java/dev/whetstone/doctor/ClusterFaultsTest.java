package dev.whetstone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.settings.ServiceName;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @TempDir Path folder;
  private TestInstallation installation;

  @BeforeEach
  void install() throws Exception {
    installation = new TestInstallation(folder);
    installation.set(ServiceName.TRAINING, PREFIX + "ENABLED", "true");
    installation.set(ServiceName.TRAINING, PREFIX + "QUEUE", "gpus");
    installation.set(ServiceName.TRAINING, PREFIX + "RESOURCES", "nvidia.com/gpu=1,memory=16Gi");
    allow("nothing is refused");
    installation.cluster.answer(LOCAL, 200, ACTIVE.formatted("True", "ready"));
    installation.cluster.answer(CLUSTER, 200, QUOTA.formatted(8));
  }

  @AfterEach
  void remove() {
    installation.close();
  }

  /** Refuses the right whose review contains a text. */
  private void allow(String... refused) {
    installation.cluster.answer(
        REVIEWS,
        request -> {
          boolean isRefused = List.of(refused).stream().allMatch(request::contains);
          return "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\",\"status\":{\"allowed\":%s}}"
              .formatted(!isRefused);
        });
  }

  private void assertFault(String... parts) throws Exception {
    assertThat(installation.faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault).contains(parts));
  }

  @Test
  void shouldFindNothingWrongWithAHealthyCluster() throws Exception {
    var results = installation.examine().results();

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
  void shouldNameAMissingRight() throws Exception {
    allow("\"patch\"", "\"jobs\"");

    assertFault(
        "rights of training in namespace 'whetstone'",
        "it may not patch jobs",
        "→ add the verb 'patch' on 'jobs' (API group 'batch') to the Role of training");
  }

  @Test
  void shouldNameAnApiServerThatDoesNotAnswer() throws Exception {
    installation.cluster.close();

    assertFault("Kubernetes API server", "does not answer", "→ let a NetworkPolicy allow");
  }

  @Test
  void shouldNameAnUnknownQueue() throws Exception {
    installation.set(ServiceName.TRAINING, PREFIX + "QUEUE", "cpus");

    assertFault("queue 'cpus'", "does not exist", "→ create LocalQueue 'cpus'");
  }

  @Test
  void shouldNameAQueueThatAdmitsNothing() throws Exception {
    installation.cluster.answer(
        LOCAL, 200, ACTIVE.formatted("False", "Can't submit new workloads to clusterQueue"));

    assertFault("queue 'gpus'", "it admits nothing: Can't submit", "→ create or activate");
  }

  @Test
  void shouldNameAQuotaThatNeverFits() throws Exception {
    installation.cluster.answer(CLUSTER, 200, QUOTA.formatted(0));

    assertFault(
        "queue 'gpus'",
        "a worker needs 1 of nvidia.com/gpu, and no flavor has more than 0",
        "→ raise the quota of ClusterQueue 'shared'");
  }

  @Test
  void shouldSayThatAQuotaMayNotBeRead() throws Exception {
    installation.cluster.answer(
        CLUSTER,
        403,
        "{\"apiVersion\":\"v1\",\"kind\":\"Status\",\"status\":\"Failure\",\"code\":403,\"message\":\"no\"}");

    assertThat(installation.examine().results())
        .map(CheckResult::line)
        .anySatisfy(line -> assertThat(line).startsWith("ok").contains("its quota is not checked"));
  }

  @Test
  void shouldNameAMissingPullSecret() throws Exception {
    installation.set(ServiceName.TRAINING, PREFIX + "IMAGE_PULL_SECRETS", "registry");

    assertFault("pull secret 'registry'", "it does not exist", "→ create it");
  }
}
