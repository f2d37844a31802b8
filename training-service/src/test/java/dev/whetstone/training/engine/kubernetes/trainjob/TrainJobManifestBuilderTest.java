package dev.whetstone.training.engine.kubernetes.trainjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.TestLaunches;
import dev.whetstone.training.engine.kubernetes.TestEngineConfig;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerSecretBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The manifests, compared as a whole with reviewed files. */
class TrainJobManifestBuilderTest {
  private static final TrainingRuntimeName RUNTIME =
      TrainingRuntimeName.parse("runtime", "whetstone-worker");

  @Test
  void shouldMakeTheReviewedTrainJobWithKueueAndEverySetting() {
    AttemptLaunch launch =
        TestLaunches.training(
            new LoopSpec.Engine(
                "kubeflow-trainjob",
                "example.test/special:2",
                "gpus",
                Map.of("nvidia.com/gpu", "1", "memory", "64Gi"),
                1,
                "ClusterTrainingRuntime/torch"));

    assertThat(
            Serialization.asYaml(
                manifests(TestTrainJobs.EVERYTHING).build(launch, "example.test/special:2")))
        .isEqualTo(golden("trainjob-with-everything.yaml"));
  }

  @Test
  void shouldMakeTheReviewedTrainJobFromDefaults() {
    AttemptLaunch launch = TestLaunches.scoring(TestTrainJobs.ENGINE);

    assertThat(Serialization.asYaml(manifests(Map.of()).build(launch, "example.test/worker:1")))
        .isEqualTo(golden("trainjob-with-defaults.yaml"));
  }

  @Test
  void shouldKeepSpecTokenAndKeysInASecretThatTheTrainJobOwns() {
    AttemptLaunch launch = TestLaunches.training(TestTrainJobs.ENGINE);
    GenericKubernetesResource trainJob = manifests(Map.of()).build(launch, "example.test/worker:1");
    String manifest = Serialization.asYaml(trainJob);
    trainJob.getMetadata().setUid("uid-of-the-train-job");

    Secret secret = WorkerSecretBuilder.build(launch, trainJob);

    assertThat(manifest).doesNotContain("the-token", "the-key");
    assertThat(secret.getMetadata().getName()).isEqualTo(trainJob.getMetadata().getName());
    assertThat(secret.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> {
              assertThat(owner.getApiVersion()).isEqualTo("trainer.kubeflow.org/v1alpha1");
              assertThat(owner.getKind()).isEqualTo("TrainJob");
              assertThat(owner.getUid()).isEqualTo("uid-of-the-train-job");
            });
  }

  /** JobSet adds "-node-0-0-" and five characters to the names of pods, which end at 63. */
  @Test
  void shouldLeaveRoomInTheNameForThoseOfThePods() {
    String longest = JobLabels.shortName("scoring.EV_" + "x".repeat(200) + ".1");

    assertThat(longest + "-node-0-0-abcde").hasSizeLessThanOrEqualTo(63);
    assertThat(longest)
        .matches("[a-z]([-a-z0-9]*[a-z0-9])?")
        .isNotEqualTo(JobLabels.shortName("scoring.EV_" + "x".repeat(200) + ".2"));
  }

  @Test
  void shouldReadTheNamesOfRuntimes() {
    assertThat(TrainingRuntimeName.parse("runtime", "own"))
        .isEqualTo(TrainingRuntimeName.parse("runtime", "TrainingRuntime/own"))
        .isEqualTo(new TrainingRuntimeName("TrainingRuntime", "own"));
    assertThat(TrainingRuntimeName.parse("runtime", "ClusterTrainingRuntime/torch-2.0").kind())
        .isEqualTo("ClusterTrainingRuntime");
    assertThatThrownBy(() -> TrainingRuntimeName.parse("runtime", "Runtime/own"))
        .hasMessage(
            "runtime: 'Runtime/own'; write NAME, TrainingRuntime/NAME or ClusterTrainingRuntime/NAME");
  }

  private static TrainJobManifestBuilder manifests(Map<String, String> settings) {
    return new TrainJobManifestBuilder(TestEngineConfig.of(settings), RUNTIME);
  }

  private static String golden(String name) {
    try (InputStream file =
        TrainJobManifestBuilderTest.class.getResourceAsStream("/kubernetes/" + name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
