package dev.whetstone.curation.cap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseCapRuleTest {
  private final ResponseCapRule rule = new ResponseCapRule(100, 500, 1_000);

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 10, true",
    "99, 99, 500, 10, true",
    "100, 100, 500, 10, false",
    "0, 499, 500, 10, true",
    "0, 500, 500, 10, false",
    "0, 1, 990, 10, true",
    "0, 1, 991, 10, false",
    "0, 0, 0, 5000, true",
  })
  void shouldTakeFeedbackUpToEachBound(
      int sameKind, int feedback, long feedbackBytes, long bytes, boolean taken) {
    EventStanding refusal =
        rule.refusal(sameKind, feedback, feedbackBytes, bytes, "implicit copied from app");

    assertThat(refusal == null).isEqualTo(taken);
    if (!taken) {
      assertThat(Objects.requireNonNull(refusal).fate()).isEqualTo(Fate.REJECTED);
      assertThat(refusal.reason()).isEqualTo("over-cap");
    }
  }
}
