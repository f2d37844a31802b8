package dev.whetstone.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProportionTest {
  @Test
  void shouldGiveTheReferenceInterval() {
    Proportion proportion = new Proportion(745, 1000);

    assertThat(proportion.lower()).isCloseTo(0.7170834, within(1e-7));
    assertThat(proportion.upper()).isCloseTo(0.7710415, within(1e-7));
  }

  @Test
  void shouldStayWithinBounds() {
    assertThat(new Proportion(0, 240).lower()).isZero();
    assertThat(new Proportion(240, 240).upper()).isEqualTo(1);
    assertThat(new Proportion(0, 0).upper()).isEqualTo(1);
  }

  @Test
  void shouldReadAsFigureIntervalAndNumber() {
    assertThat(new Proportion(745, 1000)).hasToString("0.745 [0.717, 0.771] of 1000");
  }
}
