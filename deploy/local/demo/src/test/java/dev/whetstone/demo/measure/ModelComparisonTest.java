package dev.whetstone.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelComparisonTest {
  private static final String TOPIC = "return_window";

  @ParameterizedTest(name = "{0} of 240, {1} of 40 on the poisoned topic: unharmed {2}")
  @CsvSource({"232, 39, true", "232, 38, true", "224, 24, false", "200, 39, false"})
  void shouldCheckThePoisonedTopicSeparately(int right, int onTopic, boolean unharmed) {
    ModelMeasurement before = measured(232, 39);

    assertThat(ModelComparison.isUnharmed(before, measured(right, onTopic), TOPIC))
        .isEqualTo(unharmed);
  }

  private static ModelMeasurement measured(int right, int onTopic) {
    Proportion skills = new Proportion(99, 100);
    return new ModelMeasurement(
        new Proportion(right, 240),
        Map.of(TOPIC, new Proportion(onTopic, 40)),
        skills,
        skills,
        List.of());
  }
}
