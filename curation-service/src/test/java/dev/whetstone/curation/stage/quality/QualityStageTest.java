package dev.whetstone.curation.stage.quality;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.feedback.FeedbackSource;
import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.Provenance;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class QualityStageTest {
  static List<Arguments> pairs() {
    Example human = Samples.sft("ask", "tell");
    return List.of(
        Arguments.of(human, Map.of(), source(FeedbackSource.Type.LLM_JUDGE), Map.of()),
        Arguments.of(human, Map.of(), source(FeedbackSource.Type.IMPLICIT), Map.of()),
        Arguments.of(
            human,
            Map.of(AdmissionFacts.AGREEMENT, 1.0),
            human,
            Map.of(AdmissionFacts.AGREEMENT, 0.6)),
        Arguments.of(
            human,
            Map.of(AdmissionFacts.IMPLICIT, 1.0),
            human,
            Map.of(AdmissionFacts.IMPLICIT, -1.0)),
        Arguments.of(
            human, Map.of(AdmissionFacts.JUDGE, 0.9), human, Map.of(AdmissionFacts.JUDGE, 0.2)),
        Arguments.of(human, Map.of(), Samples.sft("ask", "tell ".repeat(3000)), Map.of()),
        Arguments.of(
            corrected("It is noon.", "Good day! It is now twelve."),
            Map.of(),
            corrected("It is noon, my dear friend", "It is noon, my dear friends"),
            Map.of()));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void shouldScoreTheFirstHigher(
      Example better, Map<String, Object> facts, Example worse, Map<String, Object> worseFacts) {
    double high = QualityScore.of(better, facts).get(QualityScore.QUALITY);
    double low = QualityScore.of(worse, worseFacts).get(QualityScore.QUALITY);

    assertThat(high).isGreaterThan(low).isBetween(0.0, 1.0);
    assertThat(low).isBetween(0.0, 1.0);
  }

  @Test
  void shouldRejectBelowTheLoopsLeastScore() {
    var strict = Samples.admission(Specs.with("  curation: {quality: {minScore: 0.95}}\n"));

    StageJudgement judgement =
        new QualityStage(Optional.empty()).judge(Samples.sft("ask", "tell"), strict);

    assertThat(judgement)
        .isInstanceOfSatisfying(
            StageJudgement.Reject.class,
            r -> assertThat(r.reason()).isEqualTo(ReasonCodes.LOW_SCORE));
  }

  @Test
  void shouldRecordEveryComponent() {
    var judgement =
        (StageJudgement.Changed)
            new QualityStage(Optional.empty())
                .judge(Samples.sft("ask", "tell"), Samples.admission(Specs.standard()));

    assertThat(judgement.example().scores()).containsKeys("quality", "trust", "length");
  }

  private static Example source(FeedbackSource.Type type) {
    Provenance base = Samples.by("a");
    return Samples.sft(
        "ask",
        "tell",
        new Provenance(
            base.loop(),
            base.split(),
            null,
            "a",
            "app",
            false,
            type,
            List.of(),
            List.of(),
            null,
            base.receivedAt(),
            false));
  }

  private static Example corrected(String served, String corrected) {
    return Samples.sft("ask", corrected, Samples.by("a").withServedAnswer(served));
  }
}
