package dev.whetstone.training.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.training.plan.ExampleSelection.BatchRows;
import dev.whetstone.training.plan.ExampleSelection.Row;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExampleSelectionTest {
  private static final BatchRows OLD =
      new BatchRows("old", 1, List.of(new Row("a", 1), new Row("b", 2), new Row("shared", 1)));
  private static final BatchRows NEW =
      new BatchRows("new", 2, List.of(new Row("shared", 1), new Row("c", 0.5), new Row("d", 0.5)));

  @Test
  void shouldKeepAllWithinTheCap() {
    assertThat(ExampleSelection.select(List.of(OLD, NEW), Set.of(), 100))
        .isEqualTo(Map.of("old", Set.of("a", "b"), "new", Set.of("shared", "c", "d")));
  }

  @Test
  void shouldLeaveOutWithdrawnExamples() {
    assertThat(ExampleSelection.select(List.of(OLD, NEW), Set.of("b", "c"), 100))
        .isEqualTo(Map.of("old", Set.of("a"), "new", Set.of("shared", "d")));
  }

  @Test
  void shouldTakeTheNewestAndBestFirst() {
    assertThat(ExampleSelection.select(List.of(OLD, NEW), Set.of(), 4))
        .isEqualTo(Map.of("old", Set.of("b"), "new", Set.of("shared", "c", "d")));
    assertThat(ExampleSelection.select(List.of(OLD, NEW), Set.of(), 2))
        .isEqualTo(Map.of("old", Set.of(), "new", Set.of("shared", "c")));
  }

  @Test
  void shouldNotDependOnTheOrderOfBatches() {
    assertThat(ExampleSelection.select(List.of(NEW, OLD), Set.of(), 4))
        .isEqualTo(ExampleSelection.select(List.of(OLD, NEW), Set.of(), 4));
  }
}
