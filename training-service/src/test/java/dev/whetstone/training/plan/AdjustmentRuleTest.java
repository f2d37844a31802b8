package dev.whetstone.training.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.run.StatusReport.StepMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdjustmentRuleTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "still falling,        2.0 1.5 1.0, 2.0 1.5 1.2, 1.0,  1",
    "flattened out,        2.0 1.0 0.9, 2.0 1.0 0.999, 1.0,  0",
    "diverging,            2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 3.0, 2.0 2.1 2.9, 0.5,  0",
    "too few to diverge,   2.0 2.2 3.0, 2.0 2.1 2.9, 1.0,  0",
    "not a number,         2.0 NaN 1.0, 2.0 1.5 1.0, 0.5,  0",
    "barely moving,        2.0 2.0 1.99, 2.0 1.995 1.99, 2.0, 0",
    "overfitting,          2.0 1.0 0.1, 2.0 1.0 1.4, 1.0,  -1",
    "overfitting at once,  2.0 1.0 0.1, 0.5 0.6 0.8, 1.0,  -1",
    "rising together,      2.0 2.0 2.01, 0.5 0.6 0.8, 1.0,  0",
    "only training moves,  2.0 1.0 0.1, 1.0 0.999 1.0, 1.0,  0",
    "one validation only,  2.0 1.0 0.5, 1.0, 1.0, 0",
    "no validation,        2.0 2.0 1.99, '', 2.0, 0",
    "nothing known,        '', '', 1.0, 0",
  })
  void shouldAdjustByTheLossCurves(
      String name, String train, String valid, double factor, int epochsDelta) {
    HyperparameterAdjustment learned =
        AdjustmentRule.after(HyperparameterAdjustment.NOTHING, history(train, valid));

    assertThat(learned.learningRateFactor()).as(name).isEqualTo(factor);
    assertThat(learned.epochsDelta()).as(name).isEqualTo(epochsDelta);
    assertThat(learned.reasons().isEmpty()).isEqualTo(factor == 1.0 && epochsDelta == 0);
  }

  @Test
  void shouldKeepTheFactorBetweenAQuarterAndFour() {
    HyperparameterAdjustment low = new HyperparameterAdjustment(0.25, 0, List.of());
    HyperparameterAdjustment high = new HyperparameterAdjustment(4, 0, List.of());

    assertThat(AdjustmentRule.after(low, history("1 2 3 4 5 6 7 8 9 10", "")).learningRateFactor())
        .isEqualTo(0.25);
    assertThat(AdjustmentRule.after(high, history("1 1 1", "")).learningRateFactor()).isEqualTo(4);
  }

  @Test
  void shouldHalveTheRateAfterADivergenceWithoutACurve() {
    HyperparameterAdjustment learned =
        AdjustmentRule.afterDivergence(new HyperparameterAdjustment(1.0, 2, List.of()));

    assertThat(learned.learningRateFactor()).isEqualTo(0.5);
    assertThat(learned.epochsDelta()).isEqualTo(2);
    assertThat(learned.reasons()).hasSize(1);
  }

  @Test
  void shouldTreatAMissingLossAsDivergence() {
    Map<String, Double> broken = new HashMap<>();
    broken.put("train_loss", null);

    HyperparameterAdjustment learned =
        AdjustmentRule.after(HyperparameterAdjustment.NOTHING, List.of(new StepMetrics(1, broken)));

    assertThat(learned.learningRateFactor()).isEqualTo(0.5);
  }

  private static List<StepMetrics> history(String train, String valid) {
    List<StepMetrics> history = new ArrayList<>();
    add(history, "train_loss", train);
    add(history, "valid_loss", valid);
    return history;
  }

  private static void add(List<StepMetrics> history, String name, String values) {
    Arrays.stream(values.split(" "))
        .filter(value -> !value.isBlank())
        .forEach(
            value ->
                history.add(
                    new StepMetrics(history.size() + 1, Map.of(name, Double.valueOf(value)))));
  }
}
