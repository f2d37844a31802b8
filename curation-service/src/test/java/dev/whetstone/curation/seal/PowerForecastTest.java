package dev.whetstone.curation.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PowerForecastTest {
  @ParameterizedTest
  @CsvSource({
    "0.50, 0.01, 0.80, 14",
    "0.10, 0.01, 0.80, 151",
    "0.10, 0.01, 0.90, 207",
    "0.05, 0.01, 0.80, 577",
    "0.20, 0.01, 0.80, 49",
    "0.10, 0.00, 0.80, 122"
  })
  void shouldSayHowManyItemsAreNeeded(double effect, double margin, double power, int items) {
    assertThat(PowerForecast.itemsNeeded(effect, margin, power, 0.05)).isEqualTo(items);
    assertThat(PowerForecast.power(items, effect, margin, 0.05)).isGreaterThanOrEqualTo(power);
    assertThat(PowerForecast.power(items - 1, effect, margin, 0.05)).isLessThan(power);
  }

  @Test
  void shouldNameTheSettingWhenNothingCanDecide() {
    assertThatThrownBy(() -> PowerForecast.itemsNeeded(0.01, 0.01, 0.8, 0.05))
        .hasMessageContaining("expectedEffect")
        .hasMessageContaining("0.01");
  }

  @Test
  void shouldHoldInSimulation() {
    int items = PowerForecast.itemsNeeded(0.10, 0.01, 0.80, 0.05);
    var random = new SplittableRandom(5);
    int decided = 0;
    int rounds = 4000;
    for (int round = 0; round < rounds; round++) {
      int wins = 0;
      int losses = 0;
      for (int item = 0; item < items; item++) {
        double point = random.nextDouble();
        wins += point < 0.15 ? 1 : 0;
        losses += point >= 0.15 && point < 0.20 ? 1 : 0;
      }
      double mean = (double) (wins - losses) / items;
      double variance = ((wins + losses) - items * mean * mean) / (items - 1);
      decided += mean - 1.645 * Math.sqrt(variance / items) > 0.01 ? 1 : 0;
    }
    assertThat((double) decided / rounds).isCloseTo(0.80, within(0.03));
  }
}
