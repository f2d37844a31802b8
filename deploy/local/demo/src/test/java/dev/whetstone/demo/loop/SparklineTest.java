package dev.whetstone.demo.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SparklineTest {
  @Test
  void shouldFallWithTheLoss() {
    assertThat(Sparkline.of(List.of(2.0, 1.0, 0.0), 10)).isEqualTo("█▅▁");
  }

  @Test
  void shouldFitTheWidth() {
    List<Double> many = IntStream.range(0, 1000).mapToObj(i -> (double) i).toList();

    assertThat(Sparkline.of(many, 20)).hasSize(20).startsWith("▁").endsWith("█");
  }

  @Test
  void shouldBeEmptyWithoutValuesAndFlatForEqualValues() {
    assertThat(Sparkline.of(List.of(), 10)).isEmpty();
    assertThat(Sparkline.of(List.of(1.0, 1.0), 10)).isEqualTo("▁▁");
  }
}
