package dev.whetstone.training.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.training.plan.ExampleSelection.Row;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExampleSelectionTest {
  private static final List<Row> OLD =
      List.of(new Row("a", 1), new Row("b", 2), new Row("shared", 1));
  private static final List<Row> NEW =
      List.of(new Row("shared", 1), new Row("c", 0.5), new Row("d", 0.5));

  @Test
  void shouldKeepAllWithinTheCap() {
    ExampleSelection selection = new ExampleSelection(Set.of(), 100);

    assertThat(selection.take(NEW)).containsExactlyInAnyOrder("shared", "c", "d");
    assertThat(selection.take(OLD)).containsExactlyInAnyOrder("a", "b");
    assertThat(selection.hasRoom()).isTrue();
  }

  @Test
  void shouldExcludeWithdrawnExamples() {
    ExampleSelection selection = new ExampleSelection(Set.of("b", "c"), 100);

    assertThat(selection.take(NEW)).containsExactlyInAnyOrder("shared", "d");
    assertThat(selection.take(OLD)).containsExactly("a");
  }

  @Test
  void shouldTakeTheNewestAndBestFirst() {
    ExampleSelection four = new ExampleSelection(Set.of(), 4);
    assertThat(four.take(NEW)).containsExactlyInAnyOrder("shared", "c", "d");
    assertThat(four.take(OLD)).containsExactly("b");
    assertThat(four.hasRoom()).isFalse();

    ExampleSelection two = new ExampleSelection(Set.of(), 2);
    assertThat(two.take(NEW)).containsExactlyInAnyOrder("shared", "c");
    assertThat(two.hasRoom()).isFalse();
    assertThat(two.take(OLD)).isEmpty();
  }
}
