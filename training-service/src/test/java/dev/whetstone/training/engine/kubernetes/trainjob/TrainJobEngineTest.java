package dev.whetstone.training.engine.kubernetes.trainjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.ComputeEngine.Launch;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.TestLaunches;
import dev.whetstone.training.engine.kubernetes.ClusterEngine;
import dev.whetstone.training.engine.kubernetes.FakeApiServer;
import dev.whetstone.training.engine.kubernetes.JobBounds;
import dev.whetstone.training.engine.kubernetes.StartDeadlines;
import dev.whetstone.training.engine.kubernetes.TestEngineConfig;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the engine asks of the API server, and what a TrainJob, its Job and pods mean. */
class TrainJobEngineTest {
  private static final AttemptLaunch LAUNCH = TestLaunches.training(TestTrainJobs.ENGINE);
  private static final AttemptLaunch QUEUED =
      TestLaunches.training(
          new LoopSpec.Engine("kubeflow-trainjob", null, "gpus", null, null, null));
  private static final String ATTEMPT = LAUNCH.attemptId();
  private static final String NAME = JobLabels.shortName(ATTEMPT);

  private FakeApiServer cluster;
  private KubernetesClient client;
  private ComputeEngine engine;

  @BeforeEach
  void start() {
    cluster = new FakeApiServer();
    client = cluster.client();
    engine = engine();
  }

  @AfterEach
  void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void shouldCreateTheTrainJobBeforeTheSecretThatItOwns() {
    assertThat(engine.kind()).isEqualTo("kubeflow-trainjob");
    assertThat(engine.launch(LAUNCH)).isInstanceOf(Launch.Accepted.class);

    assertThat(cluster.changes()).containsExactly("POST trainjobs/" + NAME, "POST secrets/" + NAME);
    assertThat(cluster.object("secrets", NAME).at("/metadata/ownerReferences/0/uid").asText())
        .isEqualTo(cluster.object("trainjobs", NAME).at("/metadata/uid").asText());
  }

  @Test
  void shouldFindTheTrainJobOfAServiceThatWasKilledAfterTheLaunch() {
    engine.launch(LAUNCH);
    ComputeEngine restarted = engine();

    assertThat(restarted.poll(ATTEMPT)).isInstanceOf(Observation.Waiting.class);
    assertThat(restarted.launch(LAUNCH)).isInstanceOf(Launch.Accepted.class);
    assertThat(restarted.kept()).containsExactly(ATTEMPT);
    assertThat(cluster.changes()).containsExactly("POST trainjobs/" + NAME, "POST secrets/" + NAME);
  }

  @Test
  void shouldRefuseMoreNodesThanTheWorkerCanUse() {
    assertThat(
            engine.launch(
                TestLaunches.training(
                    new LoopSpec.Engine("kubeflow-trainjob", null, null, null, 2, null))))
        .isEqualTo(
            new Launch.Refused(
                "training.engine.nodes is 2, and this version's worker trains on one node; set it to 1 or remove it"));
    assertThat(cluster.changes()).isEmpty();
  }

  @Test
  void shouldSayThatTheClusterHasNoTrainJobs() {
    cluster.fail("GET", "trainjobs", 404, "the server could not find the requested resource");

    assertThat(engine.launch(LAUNCH))
        .isEqualTo(
            new Launch.Refused(
                "this cluster serves no TrainJob: the server could not find the requested resource; install the operator that defines it, or name another training.engine.kind"));
  }

  @Test
  void shouldNameTheRightThatTheServiceLacks() {
    cluster.fail(
        "POST",
        "trainjobs",
        403,
        "trainjobs.trainer.kubeflow.org is forbidden: User \"u\" cannot create resource \"trainjobs\" in API group \"trainer.kubeflow.org\" in the namespace \"workers\"");

    assertThat(engine.launch(LAUNCH))
        .isEqualTo(
            new Launch.Refused(
                "'u' may not create trainjobs in namespace 'workers'; add the verb 'create' on 'trainjobs' (API group 'trainer.kubeflow.org') to its Role"));
  }

  @Test
  void shouldShowWhyKueueHoldsATrainJobBack() {
    engine.launch(QUEUED);
    assertThat(cluster.object("trainjobs", NAME).at("/spec/suspend").asBoolean()).isTrue();
    assertThat(reason()).contains("manages trainer.kubeflow.org/trainjob in this namespace");
    cluster.put(
        "workloads",
        """
        {"metadata": {"name": "trainjob-w", "namespace": "workers", "ownerReferences": [
            {"apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "TrainJob", "name": "%s", "uid": "%s"}]},
         "status": {"conditions": [{"type": "QuotaReserved", "status": "False",
            "message": "couldn't assign flavors to pod set node: insufficient unused quota for nvidia.com/gpu in flavor gpus, 1 more needed"}]}}
        """
            .formatted(NAME, cluster.object("trainjobs", NAME).at("/metadata/uid").asText()));

    assertThat(reason())
        .startsWith("waits for quota in queue 'gpus': ")
        .contains("insufficient unused quota for nvidia.com/gpu");
  }

  /** Else a TrainJob that waited long for quota would be given up as soon as it has it. */
  @Test
  void shouldCountTheTimeToStartFromTheAdmission() {
    engine.launch(QUEUED);
    cluster.object("trainjobs", NAME).withObject("/spec").put("suspend", false);
    cluster.setStatus("trainjobs", NAME, suspended("True", "2026-11-20T10:00:01Z"));
    assertThat(waiting().until()).isEqualTo(Instant.parse("2026-11-27T10:00:00Z"));

    cluster.setStatus("trainjobs", NAME, suspended("False", "2026-11-22T12:00:00Z"));
    assertThat(waiting().until()).isEqualTo(Instant.parse("2026-11-22T12:15:00Z"));

    cluster.put("jobs", job("").replace("2026-11-20T10:00:30Z", "2026-11-22T12:00:05Z"));
    assertThat(waiting().until()).isEqualTo(Instant.parse("2026-11-22T12:15:05Z"));
  }

  @Test
  void shouldSayWhyKubeflowTrainerMakesNoJob() {
    engine.launch(LAUNCH);
    assertThat(reason()).startsWith("Kubeflow Trainer has not made the Job of the TrainJob yet");
    cluster.put(
        "events",
        """
        {"metadata": {"name": "one", "namespace": "workers"}, "type": "Warning",
         "reason": "TrainJobResourcesCreationFailed", "message": "admission webhook denied the request"}
        """);

    assertThat(reason())
        .isEqualTo("TrainJobResourcesCreationFailed: admission webhook denied the request");
  }

  static Stream<Arguments> ends() {
    String failed =
        "Container node for pod workers/x failed with exit code 71 matching FailJob rule at index 1";
    String drained =
        "Pod workers/x has condition DisruptionTarget matching FailJob rule at index 0";
    return Stream.of(
        Arguments.of(
            "exit code of the pod",
            job(""),
            pod("Failed", terminated(65, "bad row")),
            "",
            new Observation.Exited(65, "bad row")),
        Arguments.of(
            "succeeded pod, before the TrainJob is complete",
            job(""),
            pod("Succeeded", terminated(0, "done")),
            "",
            new Observation.Exited(0, "done")),
        Arguments.of(
            "complete, pod gone",
            job("{\"type\": \"Complete\", \"status\": \"True\"}"),
            null,
            "{\"type\": \"Complete\", \"status\": \"True\", \"reason\": \"AllJobsCompleted\"}",
            new Observation.Exited(0, "")),
        Arguments.of(
            "exit code of the Job, pod gone",
            job(condition("PodFailurePolicy", failed)),
            null,
            condition("FailedJobs", "jobset failed due to one or more job failures"),
            new Observation.Exited(71, failed)),
        Arguments.of(
            "drained, pod gone",
            job(condition("PodFailurePolicy", drained)),
            null,
            condition("FailedJobs", "jobset failed due to one or more job failures"),
            new Observation.Evicted(drained)),
        Arguments.of(
            "failed without a Job",
            null,
            null,
            condition("DeadlineExceeded", "TrainJob exceeded its active deadline"),
            new Observation.Evicted(
                "its pod is gone without an exit code (DeadlineExceeded: TrainJob exceeded its active deadline)")),
        Arguments.of(
            "drained",
            job(""),
            pod(
                "Failed",
                terminated(137, "")
                    + ", \"conditions\": [{\"type\": \"DisruptionTarget\", \"status\": \"True\", \"reason\": \"EvictionByEvictionAPI\", \"message\": \"evicting\"}]"),
            "",
            new Observation.Evicted("EvictionByEvictionAPI: evicting")),
        Arguments.of(
            "runs",
            job(""),
            pod("Running", ""),
            "{\"type\": \"Suspended\", \"status\": \"False\", \"reason\": \"Resumed\"}",
            new Observation.Running()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ends")
  void shouldReadTheStateFromTheTrainJobItsJobAndItsPod(
      String name, String job, String pod, String condition, Observation state) {
    engine.launch(LAUNCH);
    if (job != null) {
      cluster.put("jobs", job);
    }
    if (pod != null) {
      cluster.put("pods", pod);
    }
    cluster.setStatus("trainjobs", NAME, "{\"conditions\": [" + condition + "]}");

    assertThat(engine().poll(ATTEMPT)).isEqualTo(state);
  }

  @Test
  void shouldNotTakeAnotherJobSetsPodForItsOwn() {
    engine.launch(LAUNCH);
    cluster.put("pods", pod("Running", "").replace("\"" + NAME + "\"", "\"another\""));

    assertThat(engine.poll(ATTEMPT)).isInstanceOf(Observation.Waiting.class);
  }

  @Test
  void shouldEndThePodAndKeepTheTrainJobThatHasStarted() {
    engine.launch(LAUNCH);
    cluster.put("jobs", job(""));
    cluster.put("pods", pod("Running", ""));
    ComputeEngine restarted = engine();

    restarted.stop(ATTEMPT, Manner.POLITELY);

    assertThat(cluster.changes())
        .endsWith("PATCH trainjobs/" + NAME, "DELETE pods/" + NAME + "-node-0-0-abcde");
    assertThat(annotation(JobLabels.STOPPED)).isEqualTo("POLITELY");
  }

  @Test
  void shouldDeleteATrainJobOfWhichNothingHasStarted() {
    engine.launch(QUEUED);

    engine.stop(ATTEMPT, Manner.AT_ONCE);

    assertThat(cluster.object("trainjobs", NAME)).isNull();
    assertThat(engine.poll(ATTEMPT)).isInstanceOf(Observation.Unknown.class);
  }

  @Test
  void shouldNoteTheResumePointAndForgetAnEndedTrainJob() {
    engine.launch(LAUNCH);
    engine.noteResumePoint(ATTEMPT, 40, Instant.parse("2026-11-20T10:05:00Z"));
    assertThat(annotation(JobLabels.RESUME_STEP)).isEqualTo("40");
    assertThat(annotation(JobLabels.RESUME_SAVED_AT)).isEqualTo("2026-11-20T10:05:00Z");
    cluster.setStatus(
        "trainjobs", NAME, "{\"conditions\": [{\"type\": \"Complete\", \"status\": \"True\"}]}");

    ComputeEngine restarted = engine();
    restarted.forget(ATTEMPT);

    assertThat(cluster.object("trainjobs", NAME)).isNull();
    assertThat(restarted.kept()).isEmpty();
  }

  private ComputeEngine engine() {
    WorkerPodSettings settings = TestEngineConfig.of(Map.of("image", "example.test/worker:1"));
    return new ClusterEngine<>(
        client,
        "workers",
        new TrainJobObjects(settings, TrainingRuntimeName.parse("runtime", "whetstone-worker")),
        settings,
        new JobBounds(OptionalInt.empty(), OptionalInt.empty()),
        new StartDeadlines(Duration.ofDays(7), Duration.ofMinutes(15)),
        Duration.ofSeconds(10));
  }

  private String reason() {
    return waiting().reason();
  }

  private Observation.Waiting waiting() {
    return (Observation.Waiting) engine.poll(ATTEMPT);
  }

  private static String suspended(String status, String since) {
    return "{\"conditions\": [{\"type\": \"Suspended\", \"status\": \"%s\", \"lastTransitionTime\": \"%s\"}]}"
        .formatted(status, since);
  }

  private String annotation(String name) {
    return cluster.object("trainjobs", NAME).get("metadata").get("annotations").get(name).asText();
  }

  private static String job(String condition) {
    return """
    {"metadata": {"name": "%s-node-0", "namespace": "workers", "uid": "job-uid",
        "creationTimestamp": "2026-11-20T10:00:30Z", "labels": {"jobset.sigs.k8s.io/jobset-name": "%s"}},
     "spec": {}, "status": {"startTime": "2026-11-20T10:00:30Z", "conditions": [%s]}}
    """
        .formatted(NAME, NAME, condition);
  }

  private static String pod(String phase, String status) {
    return """
    {"metadata": {"name": "%s-node-0-0-abcde", "namespace": "workers", "uid": "pod-uid",
        "creationTimestamp": "2026-11-20T10:01:00Z", "labels": {"jobset.sigs.k8s.io/jobset-name": "%s"},
        "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": "%s-node-0", "uid": "job-uid"}]},
     "spec": {"nodeName": "node-1", "containers": [{"name": "node", "image": "example.test/worker:1"}]},
     "status": {"phase": "%s"%s}}
    """
        .formatted(NAME, NAME, NAME, phase, status.isEmpty() ? "" : ", " + status);
  }

  private static String terminated(int code, String message) {
    return "\"containerStatuses\": [{\"name\": \"node\", \"state\": {\"terminated\": {\"exitCode\": %d, \"message\": \"%s\"}}}]"
        .formatted(code, message);
  }

  private static String condition(String reason, String message) {
    return "{\"type\": \"Failed\", \"status\": \"True\", \"reason\": \"%s\", \"message\": \"%s\"}"
        .formatted(reason, message);
  }
}
