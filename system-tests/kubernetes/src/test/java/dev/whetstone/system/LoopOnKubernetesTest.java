package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.LoopDeclarer;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Feedback in, a better adapter in service, with the chart on a real cluster: the run waits for
 * quota, and everything involved is killed, drained or restarted once on the way. The methods build
 * on each other.
 */
@TestMethodOrder(OrderAnnotation.class)
class LoopOnKubernetesTest {
  @RegisterExtension static final ClusterUnderTest cluster = new ClusterUnderTest();

  @RegisterExtension static final StopAfterFailure stopAfterFailure = new StopAfterFailure();

  private static final String NAMESPACE = WhetstoneRelease.NAMESPACE;
  private static final String LOOP = "support";
  private static final String WORKER = "whetstone-worker";
  private static final int QUESTIONS = 440;
  private static final int END_USERS = 60;
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String DEMO_URI =
      "file://" + ClusterUnderTest.PROJECT.resolve("deploy/local/demo");

  @TempDir static Path folder;

  private static Steps steps;
  private static WhetstoneRelease release;
  private static LoopProbe watch;
  private static SupportFeed feed;

  @BeforeAll
  static void install() {
    steps = new Steps("the loop on Kubernetes:");
    release = new WhetstoneRelease(cluster, folder);
    release.install();
    release.awaitReady();
    steps.done("chart installed, every pod ready: %s", PodFigures.of(cluster, NAMESPACE));
  }

  @Test
  @Order(1)
  void shouldAcceptTheLoopAsAResource() throws IOException {
    Path file = folder.resolve("loop.json");
    ApiClient.JSON.writeValue(file.toFile(), loopResource());
    cluster.apply(NAMESPACE, file);
    cluster.kubectl(
        "wait", "-n", NAMESPACE, "--for=condition=Accepted", "loop/" + LOOP, "--timeout=120s");
    String digest =
        release.api().ok(StackComponent.EVAL, "/v1/loops/" + LOOP).path("specSha256").asText();
    await()
        .atMost(LIMIT)
        .until(() -> LoopDeclarer.servicesMissing(release.api(), LOOP, digest).isEmpty());
    watch = new LoopProbe(release.api(), LOOP);
    System.out.print(cluster.kubectl("get", "loops", "-n", NAMESPACE));
    steps.done("loop applied as a resource, accepted, and known to every service");
  }

  @Test
  @Order(2)
  void shouldQueueARunThatHasNoQuota() {
    cluster.apply(NAMESPACE, ClusterUnderTest.SOURCES.resolve("manifests/quota-holder.yaml"));
    cluster.awaitReadyPod(NAMESPACE, Map.of("app", "quota-holder"), LIMIT);
    steps.done("another job holds the whole quota");

    feed = SupportFeed.of("cluster", new SupportDesk(7).feedbackQuestions(QUESTIONS), END_USERS);
    feed.sendTo(new ProductAppClient(release.api(), LOOP));
    watch.awaitKnown(feed.size());
    steps.done("%d events sent through ingest's Service and known to curation", feed.size());

    Job job =
        await()
            .atMost(LIMIT)
            .until(LoopOnKubernetesTest::workerJobs, jobs -> !jobs.isEmpty())
            .getFirst();
    assertThat(job.getSpec().getSuspend()).isTrue();
    assertThat(cluster.pods(NAMESPACE, Map.of("app.kubernetes.io/name", WORKER))).isEmpty();
    await()
        .atMost(LIMIT)
        .ignoreException(RemedyException.class)
        .untilAsserted(
            () ->
                assertThat(watch.runs().toString()).contains("insufficient unused quota for cpu"));
    steps.done(
        "batch sealed; its Job %s waits for quota, as the run's status shows",
        job.getMetadata().getName());
  }

  @Test
  @Order(3)
  void shouldTrainWhenThereIsQuota() {
    cluster.client().batch().v1().jobs().inNamespace(NAMESPACE).withName("quota-holder").delete();
    watch.awaitTrainingAttempt(1);
    steps.done("quota free: the worker trains");
  }

  @Test
  @Order(4)
  void shouldSurviveADeletedWorkerPod() {
    Pod worker = cluster.pods(NAMESPACE, Map.of("app.kubernetes.io/name", WORKER)).getFirst();
    cluster.kubectl(
        "delete", "pod", "-n", NAMESPACE, worker.getMetadata().getName(), "--wait=false");
    watch.awaitTrainingAttempt(2);
    steps.done("kubectl delete pod of the worker: a second attempt trains");
  }

  @Test
  @Order(5)
  void shouldSurviveAKilledKubelet() {
    cluster.cluster("kill", "kubelet");
    await().atMost(LIMIT).until(() -> cluster.cluster("status").contains("kubelet"));
    await().atMost(LIMIT).until(cluster::isNodeReady);
    release.awaitReady();
    steps.done("kill -9 of the kubelet: node and pods ready again");
  }

  /**
   * Kueue stays: it has no other node to go to, and without its webhook for pods the Job controller
   * cannot remove the finalizer of the worker's pod, for which the drain waits.
   */
  @Test
  @Order(6)
  void shouldSurviveADrainedNode() {
    cluster.kubectl(
        "drain",
        ClusterUnderTest.NODE,
        "--ignore-daemonsets",
        "--delete-emptydir-data",
        "--force",
        "--pod-selector=app.kubernetes.io/name!=kueue",
        "--timeout=180s");
    assertThat(
            cluster
                .client()
                .nodes()
                .withName(ClusterUnderTest.NODE)
                .get()
                .getSpec()
                .getUnschedulable())
        .isTrue();
    cluster.kubectl("uncordon", ClusterUnderTest.NODE);
    release.awaitReady();
    steps.done("node drained and uncordoned: every pod ready again");
  }

  @Test
  @Order(7)
  void shouldSurviveARestartOfEachService() {
    for (StackComponent service : WhetstoneRelease.SERVICES) {
      cluster.kubectl(
          "delete",
          "pod",
          "-n",
          NAMESPACE,
          "--force",
          "--grace-period=0",
          "-l",
          "app.kubernetes.io/instance="
              + WhetstoneRelease.RELEASE
              + ",app.kubernetes.io/component="
              + service.id());
      cluster.awaitReadyPod(NAMESPACE, release.labels(service), LIMIT);
      steps.done("%s killed: ready again", service.id());
    }
  }

  @Test
  @Order(8)
  void shouldPutABetterAdapterIntoService() {
    assertThat(watch.awaitDecision().path("verdict").asText()).isEqualTo("PROMOTE");
    JsonNode champion = watch.awaitGeneration(1);
    assertThat(new ModelServerClient(release.ports()).models())
        .contains(champion.path("servedName").asText());
    assertThat(watch.fates().path("total").asInt()).isEqualTo(feed.size());
    assertThat(watch.runs())
        .hasSize(1)
        .allMatch(run -> run.path("state").asText().equals("succeeded"));
    steps.done(
        "decision PROMOTE; %s is served; every one of %d events has a fate",
        champion.path("servedName").asText(), feed.size());
  }

  @Test
  @Order(9)
  void shouldUpgradeWithoutALostEvent() throws IOException {
    Path next = ChartCopy.withNextVersion(WhetstoneRelease.CHART, folder.resolve("next"));
    int before = watch.fates().path("total").asInt();
    SteadySender sender = SteadySender.start(release.api(), LOOP);
    release.upgrade(next, "--set-string", "pods.annotations.whetstone\\.test/rollout=2");
    release.awaitReady();
    int accepted = sender.stop();
    assertThat(accepted).isPositive();
    watch.awaitKnown(before + accepted);
    assertThat(watch.fates().path("total").asInt()).isEqualTo(before + accepted);
    assertThat(cluster.helm("list", "--namespace", NAMESPACE).succeeded())
        .contains(ChartCopy.version(next));
    assertThat(watch.champion().path("generation").asLong()).isEqualTo(1);
    steps.done(
        "upgraded to chart %s during traffic: %d events accepted, all known, %d requests repeated",
        ChartCopy.version(next), accepted, sender.repeated());
  }

  @Test
  @Order(10)
  void shouldPassTheChartsOwnTest() {
    cluster
        .helm("test", WhetstoneRelease.RELEASE, "--namespace", NAMESPACE, "--timeout", "4m")
        .succeeded();
    steps.done("helm test: a feedback was sent and has a fate");
    steps.done("memory: %s", PodFigures.memoryOf(cluster, NAMESPACE));
  }

  private static List<Job> workerJobs() {
    return cluster
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(NAMESPACE)
        .withLabel("app.kubernetes.io/name", WORKER)
        .list()
        .getItems();
  }

  /**
   * The demo's loop as a resource: Kubernetes owns the metadata, and pods have the files elsewhere.
   */
  private static ObjectNode loopResource() throws IOException {
    LoopFile loop = LoopFile.read(ClusterUnderTest.PROJECT.resolve("deploy/local/demo/loop.yaml"));
    String text =
        ApiClient.JSON.writeValueAsString(loop.content()).replace(DEMO_URI, "file:///inputs/demo");
    ObjectNode resource = (ObjectNode) ApiClient.JSON.readTree(text);
    resource.putObject("metadata").put("name", LOOP);
    ObjectNode spec = (ObjectNode) resource.path("spec");
    spec.put("tenant", loop.tenant());
    ((ObjectNode) spec.path("serving")).put("endpoint", "http://model-server:8090");
    ObjectNode training = (ObjectNode) spec.path("training");
    training.put("leaseDuration", "PT30S").putObject("engine").put("kind", "kubernetes-job");
    return resource;
  }
}
