package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.training.engine.ComputeEngine.Launch;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.kubernetes.ClusterUnderTest;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The engine {@code kubernetes-job} on a real cluster with Kueue. The node has the image {@link
 * ClusterUnderTest#IMAGE}, made of {@code src/test/images/engine-worker}.
 */
@EnabledIfEnvironmentVariable(
    named = "WHETSTONE_TEST_KUBECONFIG",
    matches = ".+",
    disabledReason =
        "skipped without a cluster; run it with ./whetstone test kubernetes --class KubernetesJobEngineClusterTest")
class KubernetesJobEngineClusterTest extends ComputeEngineContract {
  private static final String QUEUES =
      """
      apiVersion: kueue.x-k8s.io/v1beta1
      kind: ResourceFlavor
      metadata: {name: engine-contract}
      ---
      apiVersion: kueue.x-k8s.io/v1beta1
      kind: ClusterQueue
      metadata: {name: engine-contract}
      spec:
        namespaceSelector: {}
        resourceGroups:
          - coveredResources: [cpu, memory]
            flavors:
              - name: engine-contract
                resources:
                  - {name: cpu, nominalQuota: 100m}
                  - {name: memory, nominalQuota: 1Gi}
      ---
      apiVersion: kueue.x-k8s.io/v1beta1
      kind: LocalQueue
      metadata: {name: small, namespace: engine-contract}
      spec: {clusterQueue: engine-contract}
      """;

  private static ClusterUnderTest cluster;
  private ComputeEngine engine;

  @BeforeAll
  static void prepare() {
    cluster = new ClusterUnderTest(Path.of(System.getenv("WHETSTONE_TEST_KUBECONFIG")));
    cluster.create();
    cluster.apply(QUEUES);
  }

  @AfterAll
  static void cleanUp() {
    cluster.remove(QUEUES);
    cluster.delete();
    cluster.close();
  }

  @BeforeEach
  void makeEngine() {
    engine = cluster.engine(OptionalInt.empty(), Map.of());
    engine.kept().forEach(engine::forget);
    await()
        .atMost(patience())
        .until(
            () -> {
              engine.kept().forEach(engine::forget);
              return engine.kept().isEmpty();
            });
  }

  @Override
  ComputeEngine engine() {
    return engine;
  }

  @Override
  ComputeEngine engineWithRoomFor(int workers) {
    engine = cluster.engine(OptionalInt.of(workers), Map.of());
    return engine;
  }

  @Override
  void end(String attemptId, int code) {
    awaitReadyForSignals(attemptId);
    assertThat(cluster.exec(attemptId, "end", Integer.toString(code))).isTrue();
  }

  @Override
  int starts(String attemptId) {
    return cluster.pods(attemptId).size();
  }

  @Override
  void awaitReadyForSignals(String attemptId) {
    awaitRunning(attemptId);
    await().atMost(patience()).until(() -> cluster.exec(attemptId, "ready"));
  }

  /** The kubelet grants two seconds even to a pod that is deleted without a grace period. */
  @Override
  Set<Integer> codesOfKilled() {
    return Set.of(75, 137, 143);
  }

  @Override
  Duration patience() {
    return Duration.ofSeconds(90);
  }

  @Test
  void shouldWaitForQuotaAndStartWhenItIsFree() {
    RunSpec first = spec();
    RunSpec second = spec();
    engine.launch(queued(first, "small", "80m"));
    awaitReadyForSignals(first.attempt());
    engine.launch(queued(second, "small", "80m"));

    assertThat(awaitWaiting(second.attempt(), "insufficient unused quota"))
        .contains("waits for quota in queue 'small'", "cpu");

    end(first.attempt(), 0);
    awaitRunning(second.attempt());
    end(second.attempt(), 65);
    assertThat(awaitExit(second.attempt()).lastWords()).contains("told to end with 65");
  }

  @Test
  void shouldSayThatAQuotaNeverFits() {
    RunSpec spec = spec();
    engine.launch(queued(spec, "small", "4"));

    assertThat(awaitWaiting(spec.attempt(), "maximum capacity"))
        .startsWith("can never be admitted through queue 'small'");
    engine.stop(spec.attempt(), Manner.AT_ONCE);
    assertThat(engine.poll(spec.attempt())).isInstanceOf(Observation.Unknown.class);
  }

  @Test
  void shouldSayThatAQueueIsUnknown() {
    RunSpec spec = spec();
    engine.launch(queued(spec, "misspelt", "10m"));

    awaitWaiting(spec.attempt(), "the queue 'misspelt' is unknown");
  }

  @Test
  void shouldSayThatAnImageCannotBePulled() {
    RunSpec spec = spec();
    engine.launch(with(spec, new LoopSpec.Engine("kubernetes-job", "no.such/image:1", null, null)));

    awaitWaiting(spec.attempt(), "'no.such/image:1' cannot be pulled");
  }

  @Test
  void shouldSayThatTheServiceAccountIsMissing() {
    engine = cluster.engine(OptionalInt.empty(), Map.of("service-account", "nobody"));
    RunSpec spec = spec();
    engine.launch(launch(spec, "token"));

    awaitWaiting(spec.attempt(), "create the ServiceAccount");
  }

  @Test
  void shouldSayThatNoNodeTakesTheWorker() {
    RunSpec spec = spec();
    engine.launch(
        with(
            spec,
            new LoopSpec.Engine("kubernetes-job", null, null, Map.of("nvidia.com/gpu", "64"))));

    awaitWaiting(spec.attempt(), "Insufficient nvidia.com/gpu");
  }

  @Test
  void shouldNameTheRightThatTheServiceLacks() {
    assertThat(cluster.engineWithoutRights().launch(launch(spec(), "token")))
        .isInstanceOfSatisfying(
            Launch.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("may not list jobs in namespace 'engine-contract'", "to its Role"));
  }

  @Test
  void shouldReportTheExitCodeOfAWorkerWhosePodWasDeleted() {
    RunSpec spec = spec();
    engine.launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());

    cluster.pods(spec.attempt()).forEach(pod -> cluster.admin().resource(pod).delete());

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(75);
    await().atMost(patience()).until(() -> cluster.pods(spec.attempt()).isEmpty());
    assertThat(awaitExit(spec.attempt()).code())
        .as("after the pod is gone\n%s", cluster.describe(spec.attempt()))
        .isEqualTo(75);
  }

  @Test
  void shouldTellAnEvictionFromAnEndOfTheWorker() {
    RunSpec spec = spec();
    engine.launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());

    cluster
        .pods(spec.attempt())
        .forEach(
            pod ->
                cluster
                    .admin()
                    .pods()
                    .resource(pod)
                    .evict(
                        new EvictionBuilder()
                            .withNewMetadata()
                            .withName(pod.getMetadata().getName())
                            .withNamespace(pod.getMetadata().getNamespace())
                            .endMetadata()
                            .build()));

    await()
        .atMost(patience())
        .until(() -> engine.poll(spec.attempt()) instanceof Observation.Evicted);
    await().atMost(patience()).until(() -> cluster.pods(spec.attempt()).isEmpty());
    assertThat(engine.poll(spec.attempt())).isInstanceOf(Observation.Evicted.class);
  }

  @Test
  void shouldNotStartAWorkerAgainThatKueueTookBack() {
    RunSpec spec = spec();
    engine.launch(queued(spec, "small", "80m"));
    awaitReadyForSignals(spec.attempt());

    setActive(spec.attempt(), false);
    await().atMost(patience()).until(() -> engine.poll(spec.attempt()).hasEnded());
    await().atMost(patience()).until(() -> cluster.pods(spec.attempt()).isEmpty());
    assertThat(engine.poll(spec.attempt()).hasEnded())
        .as("while it is suspended\n%s", cluster.describe(spec.attempt()))
        .isTrue();
    assertThat(cluster.engine(OptionalInt.empty(), Map.of()).poll(spec.attempt()).hasEnded())
        .as("for a service that was restarted")
        .isTrue();

    setActive(spec.attempt(), true);
    await().atMost(patience()).until(() -> !cluster.isSuspended(spec.attempt()));
    assertThat(engine.poll(spec.attempt()).hasEnded())
        .as("admitted again\n%s", cluster.describe(spec.attempt()))
        .isTrue();
    assertThat(cluster.pods(spec.attempt()))
        .as("no worker runs again")
        .noneMatch(pod -> "Running".equals(pod.getStatus().getPhase()));
    engine.forget(spec.attempt());
    await()
        .atMost(patience())
        .until(() -> engine.poll(spec.attempt()) instanceof Observation.Unknown);
  }

  @Test
  void shouldFindAWorkerAfterTheServiceWasKilledAndNoteItsResumePoint() {
    RunSpec spec = spec();
    engine.launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());

    ComputeEngine restarted = cluster.engine(OptionalInt.empty(), Map.of());
    assertThat(restarted.poll(spec.attempt())).isInstanceOf(Observation.Running.class);
    restarted.launch(launch(spec, "token"));
    restarted.noteResumePoint(spec.attempt(), 40, Instant.parse("2026-11-20T10:05:00Z"));
    end(spec.attempt(), 3);

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(3);
    assertThat(starts(spec.attempt())).isEqualTo(1);
    assertThat(cluster.describe(spec.attempt()))
        .contains("whetstone.dev/resume-point-saved-at: \"2026-11-20T10:05:00Z\"");
    assertThat(
            cluster
                .admin()
                .secrets()
                .inNamespace(ClusterUnderTest.NAMESPACE)
                .withName(ClusterUnderTest.jobName(spec.attempt()))
                .get())
        .as("the used token")
        .isNull();
  }

  private static void setActive(String attemptId, boolean active) {
    cluster
        .admin()
        .genericKubernetesResources("kueue.x-k8s.io/v1beta2", "Workload")
        .inNamespace(ClusterUnderTest.NAMESPACE)
        .list()
        .getItems()
        .stream()
        .filter(
            workload ->
                workload.getMetadata().getOwnerReferences().stream()
                    .anyMatch(owner -> owner.getName().equals(ClusterUnderTest.jobName(attemptId))))
        .forEach(
            workload ->
                cluster
                    .admin()
                    .resource(workload)
                    .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\": {\"active\": " + active + "}}"));
  }

  private String awaitWaiting(String attemptId, String text) {
    await()
        .atMost(patience())
        .untilAsserted(
            () ->
                assertThat(engine.poll(attemptId))
                    .isInstanceOfSatisfying(
                        Observation.Waiting.class,
                        waiting -> assertThat(waiting.reason()).contains(text)));
    return ((Observation.Waiting) engine.poll(attemptId)).reason();
  }

  private static AttemptLaunch queued(RunSpec spec, String queue, String cpu) {
    return with(spec, new LoopSpec.Engine("kubernetes-job", null, queue, Map.of("cpu", cpu)));
  }

  private static AttemptLaunch with(RunSpec spec, LoopSpec.Engine engine) {
    return new AttemptLaunch(LOOP, new WorkerTask.Training(spec), engine, "token");
  }
}
