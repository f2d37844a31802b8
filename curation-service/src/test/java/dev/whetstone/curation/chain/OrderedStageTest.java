package dev.whetstone.curation.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class OrderedStageTest {
  private record Named(String name) implements ChainStage {}

  @Test
  void shouldSortByOrder() {
    assertThat(OrderedStage.sorted(List.of(stage(20, "last"), stage(10, "first"))))
        .extracting(Named::name)
        .containsExactly("first", "last");
  }

  @Test
  void shouldRefuseTwoStagesWithTheSameOrder() {
    assertThatIllegalStateException()
        .isThrownBy(() -> OrderedStage.sorted(List.of(stage(10, "one"), stage(10, "other"))))
        .withMessage(
            "chain stages 'one' and 'other' both have order 10; give each stage of a chain its own"
                + " order");
  }

  @Test
  void shouldRefuseTwoStagesWithTheSameName() {
    assertThatIllegalStateException()
        .isThrownBy(() -> OrderedStage.sorted(List.of(stage(10, "same"), stage(20, "same"))))
        .withMessage(
            "two chain stages are named 'same' (orders 10 and 20); give each stage of a chain its"
                + " own name");
  }

  private static OrderedStage<Named> stage(int order, String name) {
    return new OrderedStage<>(order, new Named(name));
  }
}
