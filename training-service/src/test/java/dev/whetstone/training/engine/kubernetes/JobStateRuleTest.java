package dev.whetstone.training.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.kubernetes.kueue.WorkloadReader;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the cluster's own words about a Job, its pod and its Workload mean for the worker. */
class JobStateRuleTest {
  private static final Instant CREATED = Instant.parse("2026-11-20T10:00:00Z");
  private static final StartDeadlines DEADLINES =
      new StartDeadlines(Duration.ofDays(7), Duration.ofMinutes(15));

  private static final String JOB =
      """
      metadata: {name: w-run-1, uid: job-uid, creationTimestamp: "2026-11-20T10:00:00Z", labels: {"kueue.x-k8s.io/queue-name": gpus}}
      spec: {}
      """;
  private static final String SUSPENDED = JOB.replace("spec: {}", "spec: {suspend: true}");

  private static String failed(String reason, String message) {
    return JOB
        + "status: {conditions: [{type: Failed, status: 'True', reason: %s, message: '%s'}]}\n"
            .formatted(reason, message);
  }

  private static String pod(String phase, String status) {
    return """
    metadata: {name: w-run-1-x, uid: pod-uid, creationTimestamp: "2026-11-20T11:00:00Z"}
    spec: {nodeName: node-1, containers: [{name: worker, image: "example.test/worker:1"}]}
    status: {phase: %s%s}
    """
        .formatted(phase, status.isEmpty() ? "" : ", " + status);
  }

  private static String terminated(int code, String more) {
    return "containerStatuses: [{name: worker, state: {terminated: {exitCode: %d%s}}}]"
        .formatted(code, more);
  }

  private static String waiting(String reason, String message) {
    return "containerStatuses: [{name: worker, state: {waiting: {reason: %s, message: '%s'}}}]"
        .formatted(reason, message);
  }

  static Stream<Arguments> ends() {
    return Stream.of(
        Arguments.of(
            "complete",
            JOB + "status: {conditions: [{type: Complete, status: 'True'}]}\n",
            null,
            new Observation.Exited(0, "")),
        Arguments.of(
            "succeeded pod",
            JOB,
            pod("Succeeded", terminated(0, ", message: done")),
            new Observation.Exited(0, "done")),
        Arguments.of(
            "exit code of the pod",
            JOB,
            pod("Failed", terminated(65, ", message: 'bad row'")),
            new Observation.Exited(65, "bad row")),
        Arguments.of(
            "saved and exited",
            JOB,
            pod("Failed", terminated(75, "")),
            new Observation.Exited(75, "")),
        Arguments.of(
            "memory limit",
            JOB,
            pod("Failed", terminated(137, ", reason: OOMKilled")),
            new Observation.Exited(
                137,
                "OOMKilled: the container used more memory than its limit; raise training.engine.resources.memory")),
        Arguments.of(
            "drained",
            JOB,
            pod(
                "Failed",
                terminated(137, "")
                    + ", conditions: [{type: DisruptionTarget, status: 'True', reason: EvictionByEvictionAPI, message: 'Eviction API: evicting'}]"),
            new Observation.Evicted("EvictionByEvictionAPI: Eviction API: evicting")),
        Arguments.of(
            "pod deleted, killed",
            JOB,
            pod("Failed", terminated(137, ""))
                .replace("uid: pod-uid", "uid: pod-uid, deletionTimestamp: '2026-11-20T11:05:00Z'"),
            new Observation.Evicted("its pod was deleted before it could save")),
        Arguments.of(
            "pod deleted, saved",
            JOB,
            pod("Failed", terminated(75, ""))
                .replace("uid: pod-uid", "uid: pod-uid, deletionTimestamp: '2026-11-20T11:05:00Z'"),
            new Observation.Exited(75, "")),
        Arguments.of(
            "refused by the kubelet",
            JOB,
            pod("Failed", "reason: OutOfcpu, message: 'Node did not have enough cpu'"),
            new Observation.Evicted("OutOfcpu: Node did not have enough cpu")),
        Arguments.of(
            "exit code of the Job",
            failed(
                "PodFailurePolicy",
                "Container worker for pod a/w-run-1-x failed with exit code 71 matching FailJob rule at index 1"),
            null,
            new Observation.Exited(
                71,
                "Container worker for pod a/w-run-1-x failed with exit code 71 matching FailJob rule at index 1")),
        Arguments.of(
            "taken back by Kueue, saved",
            failed(
                    "PodFailurePolicy",
                    "Container worker for pod a/w-run-1-x failed with exit code 75 matching FailJob rule at index 1")
                .replace("type: Failed", "type: FailureTarget")
                .replace("spec: {}", "spec: {suspend: true}"),
            null,
            new Observation.Exited(
                75,
                "Container worker for pod a/w-run-1-x failed with exit code 75 matching FailJob rule at index 1")),
        Arguments.of(
            "disruption of the Job",
            failed(
                "PodFailurePolicy",
                "Pod a/w-run-1-x has condition DisruptionTarget matching FailJob rule at index 0"),
            null,
            new Observation.Evicted(
                "Pod a/w-run-1-x has condition DisruptionTarget matching FailJob rule at index 0")),
        Arguments.of(
            "pod gone",
            failed("BackoffLimitExceeded", "Job has reached the specified backoff limit"),
            null,
            new Observation.Evicted(
                "its pod is gone without an exit code (BackoffLimitExceeded: Job has reached the specified backoff limit)")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ends")
  void shouldTellHowAWorkerEnded(String name, String job, String pod, Observation expected) {
    assertThat(observe(view(job, pod, null), List.of())).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ends")
  void shouldTellAStopOfItsOwnFromAnEviction(
      String name, String job, String pod, Observation expected) {
    String stopped =
        job.replace(
            "uid: job-uid", "uid: job-uid, annotations: {\"whetstone.dev/stopped\": AT_ONCE}");

    assertThat(observe(view(stopped, pod, null), List.of())).isInstanceOf(Observation.Exited.class);
  }

  static Stream<Arguments> waits() {
    Instant start = CREATED.plus(Duration.ofHours(1)).plus(DEADLINES.start());
    Instant queue = CREATED.plus(DEADLINES.queue());
    return Stream.of(
        Arguments.of(
            "quota",
            SUSPENDED,
            null,
            workload(
                "Pending",
                "couldn''t assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor default, 1 more needed"),
            List.of(),
            queue,
            "waits for quota in queue 'gpus': couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor default, 1 more needed"),
        Arguments.of(
            "never fits",
            SUSPENDED,
            null,
            workload(
                "Pending",
                "insufficient quota for cpu in flavor default, request > maximum capacity (2 > 1)"),
            List.of(),
            queue,
            "can never be admitted through queue 'gpus': insufficient quota for cpu in flavor default, request > maximum capacity (2 > 1); raise the ClusterQueue's nominal quota or lower training.engine.resources"),
        Arguments.of(
            "unknown queue",
            SUSPENDED,
            null,
            workload("Inadmissible", "LocalQueue gpus doesn''t exist"),
            List.of(),
            queue,
            "the queue 'gpus' is unknown: LocalQueue gpus doesn't exist; create the LocalQueue in the namespace of the workers, or correct training.engine.queue"),
        Arguments.of(
            "unknown cluster queue",
            SUSPENDED,
            null,
            workload("Inadmissible", "ClusterQueue a doesn''t exist"),
            List.of(),
            queue,
            "the queue 'gpus' has no ClusterQueue: ClusterQueue a doesn't exist; create the ClusterQueue that the LocalQueue names"),
        Arguments.of(
            "inactive queue",
            SUSPENDED,
            null,
            workload("Inadmissible", "ClusterQueue a is inactive"),
            List.of(),
            queue,
            "the queue 'gpus' admits nothing: ClusterQueue a is inactive; activate the queue, or create the ResourceFlavor that it names"),
        Arguments.of(
            "no Workload",
            SUSPENDED,
            null,
            null,
            List.of(),
            queue,
            "Kueue has made no Workload for queue 'gpus' yet; if this lasts, check that Kueue runs and manages batch/job in this namespace"),
        Arguments.of(
            "unschedulable",
            JOB,
            pod(
                "Pending",
                "conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.'}]"),
            null,
            List.of(),
            start,
            "no node takes the worker's pod: 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.; add a node, lower training.engine.resources, or correct whetstone.training.kubernetes.node-selector and tolerations"),
        Arguments.of(
            "image",
            JOB,
            pod("Pending", waiting("ImagePullBackOff", "Back-off pulling image")),
            null,
            List.of(),
            start,
            "the worker's image 'example.test/worker:1' cannot be pulled (ImagePullBackOff: Back-off pulling image); correct training.engine.image or whetstone.training.kubernetes.image, or name the registry's credentials in image-pull-secrets"),
        Arguments.of(
            "configured Secret",
            JOB,
            pod("Pending", waiting("CreateContainerConfigError", "secret \"s3\" not found")),
            null,
            List.of(),
            start,
            "the worker's container cannot be configured (CreateContainerConfigError: secret \"s3\" not found); create what is missing, or correct whetstone.training.kubernetes.environment-secrets and the image's user"),
        Arguments.of(
            "claim",
            JOB,
            pod("Pending", waiting("ContainerCreating", "")),
            null,
            List.of("FailedMount: persistentvolumeclaim \"models\" not found"),
            start,
            "FailedMount: persistentvolumeclaim \"models\" not found; create the claim, or correct whetstone.training.kubernetes.claims and model-cache-claim"),
        Arguments.of(
            "own Secret",
            JOB,
            pod("Pending", waiting("ContainerCreating", "")),
            null,
            List.of(
                "FailedMount: MountVolume.SetUp failed for volume \"spec\" : secret \"w-run-1\" not found"),
            CREATED.plus(Duration.ofMinutes(62)),
            "its Secret does not exist: the training service ended between creating the Job and the Secret, or the Secret was deleted; another attempt follows"),
        Arguments.of(
            "starting",
            JOB,
            pod("Pending", waiting("ContainerCreating", "")),
            null,
            List.of(),
            start,
            "the worker's pod starts on node node-1"),
        Arguments.of(
            "service account",
            JOB,
            null,
            null,
            List.of(
                "FailedCreate: Error creating: pods \"w\" is forbidden: error looking up service account a/w: serviceaccount \"w\" not found"),
            CREATED.plus(DEADLINES.start()),
            "the pod is refused: FailedCreate: Error creating: pods \"w\" is forbidden: error looking up service account a/w: serviceaccount \"w\" not found; create the ServiceAccount, or correct whetstone.training.kubernetes.service-account"),
        Arguments.of(
            "pod security",
            JOB,
            null,
            null,
            List.of(
                "FailedCreate: Error creating: pods \"w\" is forbidden: violates PodSecurity \"restricted:latest\""),
            CREATED.plus(DEADLINES.start()),
            "the pod is refused: FailedCreate: Error creating: pods \"w\" is forbidden: violates PodSecurity \"restricted:latest\"; the namespace allows less than 'restricted' needs, or whetstone.training.kubernetes asks for more"),
        Arguments.of(
            "admitted, and not resumed by the Job controller yet",
            JOB + "status: {conditions: [{type: Suspended, status: 'True'}]}\n",
            null,
            "status: {conditions: [{type: QuotaReserved, status: 'True'}]}",
            List.of(),
            CREATED.plus(DEADLINES.queue()),
            "has its quota in queue 'gpus' and is admitted next"),
        Arguments.of(
            "no pod yet",
            JOB,
            null,
            null,
            List.of(),
            CREATED.plus(DEADLINES.start()),
            "the Job controller has not made the worker's pod yet"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waits")
  void shouldNameWhatAWorkerWaitsForAndTheRemedy(
      String name,
      String job,
      String pod,
      String workload,
      List<String> troubles,
      Instant until,
      String reason) {
    assertThat(observe(view(job, pod, workload), troubles))
        .isEqualTo(new Observation.Waiting(reason, until));
  }

  @Test
  void shouldSayWhyQueuedWorkIsNotExplained() {
    Observation seen =
        JobStateRule.observe(
            view(SUSPENDED, null, null),
            List.of(),
            Optional.of("this cluster has no Kueue; install it, or remove training.engine.queue"),
            DEADLINES);

    assertThat(((Observation.Waiting) seen).reason())
        .isEqualTo(
            "waits in Kueue's queue 'gpus'; why is not known: this cluster has no Kueue; install it, or remove training.engine.queue");
  }

  @Test
  void shouldCountAWorkerAsRunningUntilItsPodHasEnded() {
    String ending =
        pod("Running", "")
            .replace("uid: pod-uid", "uid: pod-uid, deletionTimestamp: '2026-11-20T11:05:00Z'");

    assertThat(observe(view(JOB, pod("Running", ""), null), List.of()))
        .isEqualTo(new Observation.Running());
    assertThat(observe(view(SUSPENDED, ending, null), List.of()))
        .as("taken back by Kueue, still saving")
        .isEqualTo(new Observation.Running());
    String toFail =
        failed("PodFailurePolicy", "Pod a/w-run-1-x has condition DisruptionTarget")
            .replace("type: Failed", "type: FailureTarget");
    assertThat(observe(view(toFail, ending, null), List.of()))
        .as("drained, still saving")
        .isEqualTo(new Observation.Running());
  }

  @Test
  void shouldTellThatKueueTookAStartedWorkerBack() {
    String started = "uid: job-uid, annotations: {\"whetstone.dev/started\": \"true\"}";

    assertThat(observe(view(SUSPENDED.replace("uid: job-uid", started), null, null), List.of()))
        .as("suspended")
        .isInstanceOf(Observation.Evicted.class);
    assertThat(
            observe(
                view(JOB.replace("uid: job-uid", started), pod("Pending", ""), null), List.of()))
        .as("admitted again")
        .isInstanceOf(Observation.Evicted.class);
    assertThat(observe(view(JOB.replace("uid: job-uid", started), null, null), List.of()))
        .as("its end is not noted yet")
        .isInstanceOf(Observation.Waiting.class);
  }

  @Test
  void shouldAskForEventsOnlyWhereTheyExplainSomething() {
    assertThat(JobStateRule.troubled(view(SUSPENDED, null, null))).isEmpty();
    assertThat(JobStateRule.troubled(view(JOB, pod("Running", ""), null))).isEmpty();
    assertThat(JobStateRule.troubled(view(JOB, null, null)).orElseThrow().getMetadata().getUid())
        .isEqualTo("job-uid");
    assertThat(
            JobStateRule.troubled(view(JOB, pod("Pending", ""), null))
                .orElseThrow()
                .getMetadata()
                .getUid())
        .isEqualTo("pod-uid");
  }

  private static Observation observe(JobView view, List<String> troubles) {
    return JobStateRule.observe(view, troubles, Optional.empty(), DEADLINES);
  }

  private static String workload(String reason, String message) {
    return """
    metadata: {name: job-w}
    status: {conditions: [{type: QuotaReserved, status: 'False', reason: %s, message: '%s'}]}
    """
        .formatted(reason, message);
  }

  private static JobView view(String job, String pod, String workload) {
    return new JobView(
        Serialization.unmarshal(job, Job.class),
        pod == null ? List.of() : List.of(Serialization.unmarshal(pod, Pod.class)),
        Optional.ofNullable(workload)
            .map(
                text ->
                    WorkloadReader.read(
                        Serialization.unmarshal(text, GenericKubernetesResource.class))));
  }
}
