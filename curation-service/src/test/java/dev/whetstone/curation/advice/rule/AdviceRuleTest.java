package dev.whetstone.curation.advice.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.curation.advice.rule.TuningAdvice.Recommendation;
import dev.whetstone.curation.seal.SealDecision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceRuleTest {
  private static final AnswerFailure FACT =
      new AnswerFailure("price?", "The lamp costs 20 dollars.", "The lamp costs 25 dollars.", null);
  private static final AnswerFailure MANNER =
      new AnswerFailure("price?", "20.", "Thank you for asking! The lamp costs 20 dollars.", null);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          The lamp costs 20 dollars. | The lamp costs 25 dollars.     |                    | FACT
          20 dollars                 | Thank you! The lamp costs 20.  |                    | MANNER
          it is 20 dollars           | It is 20 dollars.              |                    | MANNER
          The lamp is here.          |                                | the price is outdated, wrong price | FACT
          The lamp is here.          |                                | too long and rude  | MANNER
          The lamp is here.          |                                | bad                | OTHER
          The lamp costs 20 dollars. | The lamp costs 25 dollars.     | outdated, and wrong format | FACT
          """)
  void shouldTellFactFromManner(String served, String corrected, String remark, FailureKind kind) {
    assertThat(FailureRule.of(new AnswerFailure("what?", served, corrected, remark)))
        .isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "40, 5, FINE_TUNE",
    "5, 40, RETRIEVAL",
    "25, 25, BOTH",
    "10, 5, TOO_EARLY",
    "0, 0, TOO_EARLY"
  })
  void shouldAdviseByWhatPrevails(int manner, int fact, Recommendation expected) {
    List<AnswerFailure> failures = new ArrayList<>(Collections.nCopies(manner, MANNER));
    failures.addAll(Collections.nCopies(fact, FACT));

    TuningAdvice advice = AdviceRule.of(failures, new SealDecision.Seal(BatchTrigger.VOLUME));

    assertThat(advice.recommendation()).isEqualTo(expected);
    assertThat(advice.missing()).isEmpty();
  }

  @Test
  void shouldStateWhatIsMissing() {
    var wait = new SealDecision.Wait("3 of 50 to seal", 47, 150, 140, OptionalDouble.of(3));

    assertThat(AdviceRule.of(List.of(FACT), wait).missing()).isEqualTo("3 of 50 to seal");
    assertThat(AdviceRule.of(List.of(FACT), wait).shares()).containsEntry(FailureKind.FACT, 1.0);
  }
}
