package dev.whetstone.eval.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerQualityTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          "Send it within 30 days.",  "Send it within 30 days.",   1, 1
          " Send it  within 30 days.\t", "Send it within 30 days.", 1, 1
          "send it within 30 days",   "Send it within 30 days.",   0, 1
          "Send it within 99 days.",  "Send it within 30 days.",   0, 0
          "cafe\u0301",               "caf\u00e9",                 1, 1
          "",                         "yes",                       0, 0
          "",                         "",                          1, 1
          """)
  void shouldMatchByContent(String answer, String reference, double exact, double normalised) {
    assertThat(ReferenceMatch.exact(answer, reference)).isEqualTo(exact);
    assertThat(ReferenceMatch.normalised(answer, reference)).isEqualTo(normalised);
  }

  @Test
  void shouldScoreNoAnswerAsWrong() {
    assertThat(ReferenceMatch.exact(null, "yes")).isZero();
    assertThat(ReferenceMatch.normalised(null, "yes")).isZero();
    assertThat(new FormatPattern(".*").score(null)).isZero();
  }

  @Test
  void shouldMatchThePatternAgainstTheWholeAnswer() {
    FormatPattern pattern = new FormatPattern("Ticket #\\d{4}: .+");

    assertThat(pattern.score("Ticket #1234: done\nand more ")).isEqualTo(1);
    assertThat(pattern.score("Well. Ticket #1234: done")).isZero();
  }

  @Test
  void shouldStopMatchingIfThePatternBacktracksTooMuch() {
    FormatPattern pattern = new FormatPattern("(a|aa)+$b");

    assertThat(pattern.score("a".repeat(60))).isZero();
  }

  @Test
  void shouldCountRepeatedFourGrams() {
    assertThat(AnswerHealth.repetition(List.of("a", "b", "c", "d"))).isZero();
    assertThat(AnswerHealth.repetition(List.of("a", "b", "c", "d", "e"))).isZero();
    assertThat(AnswerHealth.repetition("x x x x x x x x x x".lines().toList())).isZero();
    assertThat(AnswerHealth.of("x x x x x x x x x x", "stop", null).repetition())
        .isCloseTo(6.0 / 7, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      textBlock =
          """
          'all is well',                stop,   'all is well now',  true
          '   ',                        stop,   null,               false
          null,                         stop,   null,               false
          'all is well and',            length, null,               false
          'no no no no no no no no no', stop,   null,               false
          'a b c d e f g h i j k l m',  stop,   'a b c',            false
          'a',                          stop,   'a b c d e f',      false
          """)
  void shouldRecogniseSoundAnswers(String answer, String finish, String reference, boolean sound) {
    assertThat(AnswerHealth.of(answer, finish, reference).sound()).isEqualTo(sound);
  }

  @Test
  void shouldSumHeldOutLossOverTokensNotItems() {
    HeldOutLikelihood sum =
        HeldOutLikelihood.sum(
            List.of(new HeldOutLikelihood(1, 2, 0), new HeldOutLikelihood(3, 0.4, 3)));

    assertThat(sum.loss()).isCloseTo(0.6, within(1e-12));
    assertThat(sum.tokenAccuracy()).isEqualTo(0.75);
    assertThat(HeldOutLikelihood.NONE.loss()).isNaN();
  }
}
