package dev.whetstone.training.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.training.plan.HyperparameterRule.Choice;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HyperparameterRuleTest {
  private static final LoopSpec.Training DEFAULTS = TestLoopSpecs.training("").spec().training();

  @ParameterizedTest(name = "{0} examples")
  @CsvSource({
    // examples, batch, epochs, steps, learning rate
    "50,     8,  9,  63,    3e-4",
    "30,     8,  10, 40,    3e-4",
    "240,    8,  4,  120,   2e-4",
    "999,    8,  4,  500,   2e-4",
    "1000,   8,  3,  375,   2e-4",
    "9999,   20, 3,  1500,  2e-4",
    "10000,  20, 2,  1000,  2e-4",
    "299999, 256, 2, 2344,  2e-4",
    "300000, 256, 1, 1172,  2e-4",
  })
  void shouldChooseFromTheAmountOfData(
      int examples, int batch, int epochs, int steps, double learningRate) {
    Choice choice =
        HyperparameterRule.choose(DEFAULTS, examples, 0, HyperparameterAdjustment.NOTHING);

    assertThat(choice.values().batchSize()).isEqualTo(batch);
    assertThat(choice.values().epochs()).isEqualTo(epochs);
    assertThat(choice.steps()).isEqualTo(steps);
    assertThat(choice.values().learningRate()).isCloseTo(learningRate, within(1e-12));
    assertThat(choice.values().weightDecay()).isEqualTo(0.01);
    assertThat(choice.values().warmupRatio()).isEqualTo(0.03);
    assertThat(choice.reasons()).hasSize(3);
  }

  @Test
  void shouldUseTheLoopsSettings() {
    LoopSpec.Training training =
        TestLoopSpecs.training("baseLearningRate: 0.002, epochs: 6, batchSize: 16")
            .spec()
            .training();

    Choice choice = HyperparameterRule.choose(training, 240, 30, HyperparameterAdjustment.NOTHING);

    assertThat(choice.values().learningRate()).isEqualTo(0.002);
    assertThat(choice.values().epochs()).isEqualTo(6);
    assertThat(choice.values().batchSize()).isEqualTo(16);
    assertThat(choice.values().earlyStopping()).isFalse();
    assertThat(choice.reasons()).allMatch(reason -> reason.endsWith("set by the loop"));
  }

  @Test
  void shouldCountReplayedRowsAsSteps() {
    LoopSpec.Training training =
        TestLoopSpecs.training(
                "epochs: 6, batchSize: 16, replay: [{uri: \"hf://acme/general\", sha256: \""
                    + "0".repeat(64)
                    + "\", share: 0.67}]")
            .spec()
            .training();

    Choice choice = HyperparameterRule.choose(training, 240, 0, HyperparameterAdjustment.NOTHING);

    assertThat(choice.steps()).isEqualTo(276);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "5, true"})
  void shouldStopEarlyOnlyWhenEpochsWereRaisedAndThereIsValidation(
      int validation, boolean expected) {
    Choice choice =
        HyperparameterRule.choose(DEFAULTS, 50, validation, HyperparameterAdjustment.NOTHING);

    assertThat(choice.values().earlyStopping()).isEqualTo(expected);
  }

  @Test
  void shouldApplyTheAdjustmentOfPastRuns() {
    HyperparameterAdjustment learned =
        new HyperparameterAdjustment(
            0.5, 2, List.of("training loss went up: learning rate halved"));

    Choice choice = HyperparameterRule.choose(DEFAULTS, 500, 0, learned);

    assertThat(choice.values().learningRate()).isCloseTo(1e-4, within(1e-12));
    assertThat(choice.values().epochs()).isEqualTo(6);
    assertThat(choice.reasons())
        .contains(
            "training loss went up: learning rate halved",
            "epochs 6: 4 for 500 examples, +2 after past runs",
            "learning rate 0.000100: 2e-4 for SFT, × 0.5000 after past runs");
  }
}
