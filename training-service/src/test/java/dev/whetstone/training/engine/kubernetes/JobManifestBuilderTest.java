package dev.whetstone.training.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.TestLaunches;
import dev.whetstone.training.engine.kubernetes.manifest.JobLabels;
import dev.whetstone.training.engine.kubernetes.manifest.JobManifestBuilder;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerPodSettings;
import dev.whetstone.training.engine.kubernetes.manifest.WorkerSecretBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The manifests, compared as a whole with reviewed files. */
class JobManifestBuilderTest {
  private static final Map<String, String> EVERYTHING =
      Map.ofEntries(
          Map.entry("image", "example.test/worker:1"),
          Map.entry("queue", "default-queue"),
          Map.entry("priority-class", "training"),
          Map.entry("image-pull-secrets", "registry"),
          Map.entry("service-account", "whetstone-worker"),
          Map.entry("node-selector", "pool=gpu"),
          Map.entry("tolerations", "nvidia.com/gpu:NoSchedule,team=ml:NoExecute"),
          Map.entry("claims", "artifacts=/artifacts"),
          Map.entry("model-cache-claim", "models"),
          Map.entry("work-size", "10Gi"),
          Map.entry("environment", "AWS_REGION=eu-central-1"),
          Map.entry("environment-secrets", "object-store"));

  @Test
  void shouldMakeTheReviewedJobWithKueueAndEverySetting() {
    AttemptLaunch launch =
        TestLaunches.training(
            new LoopSpec.Engine(
                "kubernetes-job",
                "example.test/special:2",
                "gpus",
                Map.of("nvidia.com/gpu", "1", "memory", "64Gi")));

    assertThat(yaml(job(TestEngineConfig.of(EVERYTHING), launch, "example.test/special:2")))
        .isEqualTo(golden("job-with-everything.yaml"));
  }

  @Test
  void shouldMakeTheReviewedJobFromDefaults() {
    AttemptLaunch launch =
        TestLaunches.scoring(new LoopSpec.Engine("kubernetes-job", null, null, null));

    assertThat(yaml(job(TestEngineConfig.of(Map.of()), launch, "example.test/worker:1")))
        .isEqualTo(golden("job-with-defaults.yaml"));
  }

  @Test
  void shouldKeepSpecTokenAndKeysInASecretThatTheJobOwns() {
    AttemptLaunch launch =
        TestLaunches.training(new LoopSpec.Engine("kubernetes-job", null, null, null));
    Job job = job(TestEngineConfig.of(Map.of()), launch, "example.test/worker:1");
    String manifest = yaml(job);
    job.getMetadata().setUid("uid-of-the-job");

    Secret secret = WorkerSecretBuilder.build(launch, job);

    assertThat(manifest).doesNotContain("the-token", "the-key");
    assertThat(secret.getMetadata().getName()).isEqualTo(job.getMetadata().getName());
    assertThat(secret.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(owner -> assertThat(owner.getUid()).isEqualTo("uid-of-the-job"));
    assertThat(secret.getImmutable()).isTrue();
    assertThat(decode(secret, "WHETSTONE_WORKER_TOKEN")).isEqualTo("the-token");
    assertThat(decode(secret, "WHETSTONE_SERVING_KEY")).isEqualTo("the-key");
    assertThat(decode(secret, "spec.json")).contains("\"attempt\":\"" + launch.attemptId() + "\"");
  }

  @Test
  void shouldNameAnAttemptsJobTheSameEveryTimeAndNoOthersLikeIt() {
    assertThat(JobLabels.name("run-0198-7"))
        .isEqualTo(JobLabels.name("run-0198-7"))
        .startsWith("w-run-0198-7-")
        .isNotEqualTo(JobLabels.name("run.0198-7"));
    assertThat(JobLabels.name("scoring.EV_" + "x".repeat(200) + ".1"))
        .matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?")
        .hasSizeLessThanOrEqualTo(57);
  }

  @Test
  void shouldNameTheSettingThatItCannotRead() {
    assertThatThrownBy(() -> TestEngineConfig.of(Map.of("resources", "cpu")))
        .hasMessage(
            "whetstone.training.kubernetes.resources: 'cpu'; write name=value, separated by commas");
    assertThatThrownBy(() -> TestEngineConfig.of(Map.of("tolerations", "gpu")))
        .hasMessage(
            "whetstone.training.kubernetes.tolerations: 'gpu'; write key=value:Effect or key:Effect");
  }

  private static Job job(WorkerPodSettings settings, AttemptLaunch launch, String image) {
    return new JobManifestBuilder(settings).build(launch, image);
  }

  private static String yaml(Job job) {
    return Serialization.asYaml(job);
  }

  private static String decode(Secret secret, String key) {
    return new String(
        Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
  }

  private static String golden(String name) {
    try (InputStream file =
        JobManifestBuilderTest.class.getResourceAsStream("/kubernetes/" + name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
