package dev.whetstone.kit.openai;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResponseBudgetTest {
  private final ResponseBudget budget = new ResponseBudget(100, 10);

  @Test
  void shouldRefuseBytesBeyondTheBudgetOfAllResponses() {
    ResponseBudget.Lease first = budget.lease();
    ResponseBudget.Lease second = budget.lease();

    assertThat(first.add(110)).isTrue();
    assertThat(second.add(11)).isFalse();

    first.close();
    assertThat(second.add(11)).isTrue();
  }

  @Test
  void shouldLetOrdinaryAnswersPassWhileLargeOnesUseTheBudget() {
    assertThat(budget.lease().add(110)).isTrue();

    for (int i = 0; i < 1_000; i++) {
      assertThat(budget.lease().add(10)).isTrue();
    }
  }

  @Test
  void shouldTakeNothingAfterItWasClosed() {
    ResponseBudget.Lease closed = budget.lease();
    closed.close();

    assertThat(closed.add(1)).isFalse();
    assertThat(budget.lease().add(110)).isTrue();
  }
}
