package dev.whetstone.training.engine.kubernetes.trainjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.ComputeEngine.Launch;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.engine.TestLaunches;
import dev.whetstone.training.engine.kubernetes.ClusterEngine;
import dev.whetstone.training.engine.kubernetes.ClusterUnderTest;
import dev.whetstone.training.engine.kubernetes.JobBounds;
import dev.whetstone.training.engine.kubernetes.StartDeadlines;
import dev.whetstone.training.engine.kubernetes.TestEngineConfig;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine {@code kubeflow-trainjob} on a real API server that knows TrainJobs. The controllers
 * of Kubeflow Trainer do not run there: no TrainJob gets a pod.
 */
@EnabledIfEnvironmentVariable(
    named = "WHETSTONE_TEST_KUBECONFIG",
    matches = ".+",
    disabledReason =
        "skipped without a cluster; run it with ./whetstone test kubernetes --class TrainJobClusterTest")
@EnabledIfSystemProperty(named = "whetstone.cluster.definitions", matches = ".+")
class TrainJobClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TRAIN_JOBS =
      "/apis/trainer.kubeflow.org/v1alpha1/namespaces/%s/trainjobs"
          .formatted(ClusterUnderTest.NAMESPACE);
  private static final LoopSpec.Engine QUEUED =
      new LoopSpec.Engine(
          "kubeflow-trainjob",
          "example.test/special:2",
          "gpus",
          Map.of("nvidia.com/gpu", "1", "memory", "64Gi"),
          1,
          "ClusterTrainingRuntime/torch");

  private static ClusterUnderTest cluster;

  @BeforeAll
  static void prepare() throws IOException {
    cluster = new ClusterUnderTest(Path.of(System.getenv("WHETSTONE_TEST_KUBECONFIG")));
    cluster.create(
        List.of(
            ClusterUnderTest.rule(
                "trainer.kubeflow.org",
                "trainjobs",
                "create",
                "get",
                "list",
                "watch",
                "patch",
                "delete"),
            ClusterUnderTest.rule("batch", "jobs", "list")));
    Path file =
        Path.of(System.getProperty("whetstone.cluster.definitions"))
            .resolve("trainer/trainer.kubeflow.org_trainjobs.yaml");
    var definitions = cluster.admin().apiextensions().v1().customResourceDefinitions();
    try (InputStream in = Files.newInputStream(file)) {
      CustomResourceDefinition definition = definitions.load(in).item();
      if (definitions.withName(definition.getMetadata().getName()).get() == null) {
        definitions.resource(definition).create();
      }
    }
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> cluster.admin().raw(TRAIN_JOBS) != null);
  }

  @AfterAll
  static void cleanUp() {
    cluster.delete();
    cluster.close();
  }

  static Stream<Arguments> manifests() {
    return Stream.of(
        Arguments.of(
            "with everything", manifest(TestTrainJobs.EVERYTHING, TestLaunches.training(QUEUED))),
        Arguments.of(
            "from defaults", manifest(Map.of(), TestLaunches.scoring(TestTrainJobs.ENGINE))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("manifests")
  void shouldMakeManifestsThatTheApiServerAccepts(String name, GenericKubernetesResource manifest) {
    GenericKubernetesResource answer =
        Serialization.unmarshal(
            dryRun(Serialization.asJson(manifest)), GenericKubernetesResource.class);

    Object pods = answer.get("spec", "runtimePatches", 0, "trainingRuntimeSpec", "template");
    assertThat(pods)
        .as("nothing was pruned")
        .isEqualTo(
            asRead(manifest).get("spec", "runtimePatches", 0, "trainingRuntimeSpec", "template"));
  }

  @ParameterizedTest
  @CsvSource({
    "runtimePatches, podTemplateOverrides, spec.podTemplateOverrides",
    "numNodes, nodes, spec.trainer.nodes",
    "serviceAccountName, serviceAccount, spec.serviceAccount",
    "volumeMounts, mounts, mounts",
    "secretName, secret, volumes[0].secret.secret",
  })
  void shouldHaveAWrongFieldRefused(String field, String wrong, String path) {
    String json =
        Serialization.asJson(manifest(TestTrainJobs.EVERYTHING, TestLaunches.training(QUEUED)));

    assertThatThrownBy(() -> dryRun(json.replaceFirst('"' + field + '"', '"' + wrong + '"')))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("unknown field")
        .hasMessageContaining(path);
  }

  @Test
  void shouldNeedOnlyTheDocumentedRights() {
    try (KubernetesClient client = cluster.serviceClient()) {
      AttemptLaunch launch = TestLaunches.training(TestTrainJobs.ENGINE);
      assertThat(engine(client).launch(launch)).isInstanceOf(Launch.Accepted.class);

      ComputeEngine restarted = engine(client);
      assertThat(restarted.kept()).containsExactly(launch.attemptId());
      assertThat(restarted.poll(launch.attemptId()))
          .isInstanceOfSatisfying(
              Observation.Waiting.class,
              waiting ->
                  assertThat(waiting.reason())
                      .startsWith("Kubeflow Trainer has not made the Job of the TrainJob yet"));
      restarted.noteResumePoint(launch.attemptId(), 40, Instant.parse("2026-11-20T10:05:00Z"));
      assertThat(cluster.admin().raw(TRAIN_JOBS + "/" + JobLabels.shortName(launch.attemptId())))
          .contains("\"whetstone.dev/resume-point-step\":\"40\"");
      restarted.stop(launch.attemptId(), Manner.AT_ONCE);
      await()
          .atMost(PATIENCE)
          .until(() -> engine(client).poll(launch.attemptId()) instanceof Observation.Unknown);
    }
  }

  private static ComputeEngine engine(KubernetesClient client) {
    WorkerPodSettings settings = TestEngineConfig.of(Map.of("image", ClusterUnderTest.IMAGE));
    return new ClusterEngine<>(
        client,
        ClusterUnderTest.NAMESPACE,
        new TrainJobObjects(settings, TrainingRuntimeName.parse("runtime", "whetstone-worker")),
        settings,
        new JobBounds(OptionalInt.empty(), OptionalInt.empty()),
        new StartDeadlines(Duration.ofDays(7), Duration.ofMinutes(15)),
        Duration.ofSeconds(10));
  }

  private static GenericKubernetesResource manifest(
      Map<String, String> settings, AttemptLaunch launch) {
    return new TrainJobManifestBuilder(
            TestEngineConfig.of(settings), TrainingRuntimeName.parse("runtime", "whetstone-worker"))
        .build(launch, "example.test/worker:1");
  }

  private static GenericKubernetesResource asRead(GenericKubernetesResource manifest) {
    return Serialization.unmarshal(Serialization.asJson(manifest), GenericKubernetesResource.class);
  }

  /** An unknown or a duplicate field is an error, not a warning. */
  private static String dryRun(String json) {
    return cluster.admin().raw(TRAIN_JOBS + "?dryRun=All&fieldValidation=Strict", "POST", json);
  }
}
