package dev.whetstone.training.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.ComputeEngine.Launch;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.TestLaunches;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the engine asks of the API server, in which order, and what it makes of refusals. */
class KubernetesJobEngineTest {
  private static final LoopSpec.Engine ENGINE =
      new LoopSpec.Engine("kubernetes-job", "example.test/worker:1", null, null);
  private static final LoopSpec.Engine QUEUED =
      new LoopSpec.Engine("kubernetes-job", "example.test/worker:1", "gpus", null);
  private static final AttemptLaunch LAUNCH = TestLaunches.training(ENGINE);
  private static final String ATTEMPT = LAUNCH.attemptId();
  private static final String NAME = JobLabels.name(ATTEMPT);

  private FakeApiServer cluster;
  private KubernetesClient client;
  private ClusterEngine<Job> engine;

  @BeforeEach
  void start() {
    cluster = new FakeApiServer();
    client = cluster.client();
    engine = engine(OptionalInt.empty());
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void shouldCreateTheJobBeforeTheSecretThatItOwns() {
    assertThat(engine.launch(LAUNCH)).isInstanceOf(Launch.Accepted.class);

    assertThat(cluster.changes()).containsExactly("POST jobs/" + NAME, "POST secrets/" + NAME);
    assertThat(cluster.object("secrets", NAME).at("/metadata/ownerReferences/0/uid").asText())
        .isEqualTo(cluster.object("jobs", NAME).at("/metadata/uid").asText());
  }

  @Test
  void shouldLeaveNoJobBehindWhoseSecretIsRefused() {
    cluster.fail(
        "POST",
        "secrets",
        403,
        "secrets is forbidden: User \"system:serviceaccount:w:training\" cannot create resource \"secrets\" in API group \"\" in the namespace \"workers\"");

    assertThat(engine.launch(LAUNCH))
        .isEqualTo(
            new Launch.Refused(
                "'system:serviceaccount:w:training' may not create secrets in namespace 'workers'; add the verb 'create' on 'secrets' (API group '') to its Role"));

    assertThat(cluster.object("jobs", NAME)).isNull();
    assertThat(engine.poll(ATTEMPT)).isInstanceOf(Observation.Unknown.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "POST | jobs | 403 | jobs.batch is forbidden: User \"u\" cannot create resource \"jobs\" in API group \"batch\" in the namespace \"workers\" | Refused | 'u' may not create jobs in namespace 'workers'; add the verb 'create' on 'jobs' (API group 'batch') to its Role",
        "GET  | pods | 403 | pods is forbidden: User \"u\" cannot list resource \"pods\" in API group \"\" in the namespace \"workers\" | Refused | 'u' may not list pods in namespace 'workers'; add the verb 'list' on 'pods' (API group '') to its Role",
        "POST | jobs | 403 | exceeded quota: jobs, requested: 1 | Deferred | exceeded quota: jobs, requested: 1",
        "POST | jobs | 404 | namespaces \"workers\" not found | Refused | namespaces \"workers\" not found; create the namespace 'workers' or correct whetstone.training.kubernetes.namespace",
        "POST | jobs | 422 | Job is invalid: spec.template.spec.containers[0].image | Refused | the API server refuses the Job: Job is invalid: spec.template.spec.containers[0].image; correct training.engine or whetstone.training.kubernetes",
        "POST | jobs | 401 | Unauthorized | Refused | the API server does not accept the service's credentials (Unauthorized); mount the token of its ServiceAccount",
        "POST | jobs | 503 | etcd leader changed | Deferred | the API server answers: etcd leader changed",
      })
  void shouldSayWhatTheApiServerRefusesAndTheRemedy(
      String method, String resource, int code, String message, String answer, String reason) {
    cluster.fail(method, resource, code, message);

    Launch launch = engine.launch(LAUNCH);

    assertThat(launch.getClass().getSimpleName()).isEqualTo(answer);
    assertThat(launch.toString()).contains(reason);
    assertThat(cluster.object("jobs", NAME)).isNull();
  }

  @Test
  void shouldNotGuessWhetherALaunchWithoutAnAnswerStartedSomething() {
    cluster.fail("POST", "jobs", 0, "");

    assertThatThrownBy(() -> engine.launch(LAUNCH)).isInstanceOf(KubernetesClientException.class);
  }

  @Test
  void shouldDeferWhileTheApiServerCannotBeReached() {
    cluster.fail("GET", "jobs", 0, "");

    assertThat(engine.launch(LAUNCH))
        .isInstanceOfSatisfying(
            Launch.Deferred.class,
            deferred ->
                assertThat(deferred.reason())
                    .startsWith("the API server of the cluster cannot be reached: "));
  }

  @Test
  void shouldFindTheJobOfAServiceThatWasKilledAfterTheLaunch() {
    engine.launch(LAUNCH);

    ClusterEngine<Job> restarted = engine(OptionalInt.empty());

    assertThat(restarted.poll(ATTEMPT)).isInstanceOf(Observation.Waiting.class);
    assertThat(restarted.launch(LAUNCH)).isInstanceOf(Launch.Accepted.class);
    assertThat(restarted.kept()).containsExactly(ATTEMPT);
    assertThat(cluster.changes()).containsExactly("POST jobs/" + NAME, "POST secrets/" + NAME);
  }

  @Test
  void shouldGiveUpAJobWhoseServiceWasKilledBeforeItsSecretExisted() {
    engine.launch(LAUNCH);
    cluster.put(
        "pods",
        pod(
            "Pending",
            "\"containerStatuses\": [{\"name\": \"worker\", \"state\": {\"waiting\": {\"reason\": \"ContainerCreating\"}}}]"));
    cluster.put(
        "events",
        """
        {"metadata": {"name": "e"}, "type": "Warning", "reason": "FailedMount", "lastTimestamp": "2026-11-20T10:00:01Z",
         "message": "MountVolume.SetUp failed for volume \\"spec\\" : secret \\"%s\\" not found"}
        """
            .formatted(NAME));

    assertThat(engine.poll(ATTEMPT))
        .isInstanceOfSatisfying(
            Observation.Waiting.class,
            waiting -> {
              assertThat(waiting.reason()).startsWith("its Secret does not exist");
              assertThat(waiting.until()).isEqualTo(Instant.parse("2026-11-20T10:02:00Z"));
            });
  }

  @Test
  void shouldDeferBeyondItsOwnBound() {
    ClusterEngine<Job> bounded = engine(OptionalInt.of(1));
    bounded.launch(LAUNCH);

    assertThat(bounded.launch(TestLaunches.training("run-2", ENGINE)))
        .isEqualTo(
            new Launch.Deferred(
                "1 of 1 worker slots are taken (whetstone.training.kubernetes.max-workers)"));
    cluster.setStatus(
        "jobs", NAME, "{\"conditions\": [{\"type\": \"Complete\", \"status\": \"True\"}]}");
    assertThat(bounded.launch(TestLaunches.training("run-2", ENGINE)))
        .isInstanceOf(Launch.Accepted.class);
  }

  @Test
  void shouldShowWhyKueueHoldsAJobBack() {
    engine.launch(TestLaunches.training(QUEUED));
    cluster.put(
        "workloads",
        """
        {"metadata": {"name": "job-w", "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": "%s", "uid": "uid-0"}]},
         "status": {"conditions": [{"type": "QuotaReserved", "status": "False", "reason": "Pending",
           "message": "insufficient unused quota for nvidia.com/gpu in flavor default, 1 more needed"}]}}
        """
            .formatted(NAME));

    assertThat(engine.poll(ATTEMPT))
        .isInstanceOfSatisfying(
            Observation.Waiting.class,
            waiting ->
                assertThat(waiting.reason())
                    .isEqualTo(
                        "waits for quota in queue 'gpus': insufficient unused quota for nvidia.com/gpu in flavor default, 1 more needed"));
  }

  @Test
  void shouldSayThatItMayNotReadWorkloads() {
    engine.launch(TestLaunches.training(QUEUED));
    cluster.fail(
        "GET",
        "workloads",
        403,
        "workloads.kueue.x-k8s.io is forbidden: User \"u\" cannot list resource \"workloads\" in API group \"kueue.x-k8s.io\" in the namespace \"workers\"");

    assertThat(((Observation.Waiting) engine.poll(ATTEMPT)).reason())
        .contains("add the verb 'list' on 'workloads' (API group 'kueue.x-k8s.io') to its Role");
  }

  @Test
  void shouldDeleteTheTokenOnceTheWorkerRuns() {
    engine.launch(LAUNCH);
    cluster.put("pods", pod("Running", ""));

    assertThat(engine.poll(ATTEMPT)).isInstanceOf(Observation.Running.class);
    engine.poll(ATTEMPT);

    assertThat(cluster.object("secrets", NAME)).isNull();
    assertThat(cluster.changes().stream().filter(("DELETE secrets/" + NAME)::equals)).hasSize(1);
  }

  @Test
  void shouldDeleteAJobThatIsStoppedBeforeItsPodStarted() {
    engine.launch(LAUNCH);

    engine.stop(ATTEMPT, Manner.AT_ONCE);

    assertThat(cluster.object("jobs", NAME)).isNull();
  }

  @Test
  void shouldEndThePodOfAStartedWorkerAndKeepTheJobForItsExitCode() {
    engine.launch(LAUNCH);
    cluster.put("pods", pod("Running", ""));

    engine.stop(ATTEMPT, Manner.POLITELY);

    assertThat(cluster.changes()).endsWith("PATCH jobs/" + NAME, "DELETE pods/" + NAME + "-x");
    cluster.setStatus(
        "jobs",
        NAME,
        """
        {"conditions": [{"type": "Failed", "status": "True", "reason": "PodFailurePolicy",
          "message": "Container worker for pod workers/w failed with exit code 75 matching FailJob rule at index 1"}]}
        """);
    assertThat(engine.kept()).containsExactly(ATTEMPT);
    assertThat(engine.poll(ATTEMPT))
        .isInstanceOfSatisfying(
            Observation.Exited.class, exited -> assertThat(exited.code()).isEqualTo(75));
    engine.forget(ATTEMPT);
    assertThat(engine.poll(ATTEMPT)).isInstanceOf(Observation.Unknown.class);
  }

  @Test
  void shouldNoteTheResumePointOnTheJobOnce() {
    engine.launch(LAUNCH);
    Instant savedAt = Instant.parse("2026-11-20T10:05:00Z");

    engine.noteResumePoint(ATTEMPT, 40, savedAt);
    engine.noteResumePoint(ATTEMPT, 40, savedAt);
    engine.noteResumePoint("run-without-a-job-1", 40, savedAt);

    assertThat(cluster.changes().stream().filter(call -> call.startsWith("PATCH"))).hasSize(1);
    assertThat(
            cluster
                .object("jobs", NAME)
                .at("/metadata/annotations/whetstone.dev~1resume-point-saved-at")
                .asText())
        .isEqualTo("2026-11-20T10:05:00Z");
  }

  @Test
  void shouldRefuseAWorkerWithoutAnImage() {
    assertThat(
            engine.launch(
                TestLaunches.training(new LoopSpec.Engine("kubernetes-job", null, null, null))))
        .isEqualTo(
            new Launch.Refused(
                "no image for the worker; set whetstone.training.kubernetes.image or the loop's training.engine.image"));
  }

  private ClusterEngine<Job> engine(OptionalInt maxWorkers) {
    WorkerPodSettings settings = TestEngineConfig.of(Map.of());
    return new ClusterEngine<>(
        client,
        "workers",
        new JobObjects(settings),
        settings,
        new JobBounds(maxWorkers, OptionalInt.empty()),
        new StartDeadlines(Duration.ofDays(7), Duration.ofMinutes(15)),
        Duration.ofSeconds(10));
  }

  private static String pod(String phase, String status) {
    return """
    {"metadata": {"name": "%s-x", "creationTimestamp": "2026-11-20T10:00:00Z",
      "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": "%s", "uid": "uid-0"}]},
     "spec": {"nodeName": "node-1", "containers": [{"name": "worker", "image": "i"}]},
     "status": {"phase": "%s"%s}}
    """
        .formatted(NAME, NAME, phase, status.isEmpty() ? "" : ", " + status);
  }
}
