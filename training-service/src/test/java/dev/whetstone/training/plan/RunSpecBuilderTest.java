package dev.whetstone.training.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunSpecBuilderTest {
  private static final RunPlan PLAN =
      new RunPlan(
          List.of(new RunSpec.Dataset("file:///store/blobs/a", "a", Form.SFT)),
          List.of(new RunSpec.Dataset("file:///store/blobs/v", "v", Form.SFT)),
          60,
          5,
          new RunSpec.Hyperparameters(4, 8, null, 2e-4, 0.01, 0.03, false, true),
          32,
          List.of(),
          null,
          null,
          HyperparameterAdjustment.NOTHING);

  private static final String DIGEST = "c0ffee00".repeat(8);

  @Test
  void shouldContainEverythingThatAWorkerNeeds() {
    LoopSpec loop =
        TestLoopSpecs.training(
            "seed: 7, maxSequenceLength: 256, maxGpuSeconds: 100, replay: [{uri: \"hf://a/b\","
                + " sha256: \""
                + DIGEST
                + "\", share: 0.3}]");

    RunSpec spec = RunSpecBuilder.build(loop, PLAN, facts(4));

    assertThat(spec.runId()).isEqualTo("run-1");
    assertThat(spec.attempt()).isEqualTo("run-1-3");
    assertThat(spec.fence()).isEqualTo(3);
    assertThat(spec.baseModel().uri()).isEqualTo("hf://acme/tiny");
    assertThat(spec.replay()).containsExactly(new RunSpec.Replay("hf://a/b", DIGEST, 0.3));
    assertThat(spec.seed()).isEqualTo(7);
    assertThat(spec.maxSequenceLength()).isEqualTo(256);
    assertThat(spec.resumeFrom()).isEqualTo(new RunSpec.Input("file:///store/r/", "r"));
    assertThat(spec.output().uri()).isEqualTo("file:///store/runs/run-1/3/");
    assertThat(spec.limits().maxGpuSeconds()).isEqualTo(100);
    assertThat(spec.stages()).hasSize(1);
    RunSpec.Stage stage = spec.stages().getFirst();
    assertThat(stage.objective()).isEqualTo(RunSpec.Objective.SFT);
    assertThat(stage.datasets()).isEqualTo(PLAN.train());
    assertThat(stage.validation()).isEqualTo(PLAN.validation());
    assertThat(stage.hyperparameters().microBatchSize()).isEqualTo(4);
    assertThat(stage.hyperparameters().learningRate()).isEqualTo(2e-4);
  }

  @Test
  void shouldNameTheKeyOfTheModelServerByReferenceOnly() {
    LoopSpec loop = TestLoopSpecs.serving("credentialsRef: \"env:WHETSTONE_SERVING_ACME_KEY\"");

    assertThat(RunSpecBuilder.build(loop, PLAN, facts(4)).serving())
        .isEqualTo(new RunSpec.Serving("http://127.0.0.1:1", "env:WHETSTONE_SERVING_ACME_KEY"));
  }

  @Test
  void shouldRefuseReplayWithoutADigest() {
    LoopSpec loop = TestLoopSpecs.training("replay: [{uri: \"hf://a/b\", share: 0.3}]");

    assertThatThrownBy(() -> RunSpecBuilder.build(loop, PLAN, facts(null)))
        .hasMessage(
            "replay set hf://a/b has no digest; add sha256 to it in the loop's file and apply it again");
  }

  private static RunSpecBuilder.AttemptFacts facts(Integer microBatchSize) {
    return new RunSpecBuilder.AttemptFacts(
        "run-1",
        "run-1-3",
        3,
        microBatchSize,
        new RunSpec.Input("file:///store/r/", "r"),
        "file:///store/runs/run-1/3/",
        "http://127.0.0.1:18083");
  }
}
