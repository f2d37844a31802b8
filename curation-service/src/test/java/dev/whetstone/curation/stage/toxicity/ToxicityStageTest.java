package dev.whetstone.curation.stage.toxicity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToxicityStageTest {
  private static final String ON =
      "  curation: {toxicity: {enabled: true, words: [\"darn\", \"go away\"]}}\n";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          What a DARN kettle!         | Reject
          Please go   away, kettle.   | Reject
          We darned the sock.         | Keep
          I can't help with that.     | Quarantine
          I can help with that.       | Keep
          """)
  void shouldJudgeByTheLoopsWords(String answer, String outcome) {
    StageJudgement judgement =
        new ToxicityStage().judge(Samples.sft("ask", answer), Samples.admission(Specs.with(ON)));

    assertThat(judgement.getClass().getSimpleName()).isEqualTo(outcome);
  }

  @Test
  void shouldJudgeEarlierTurnsThatAreTaught() {
    var context = Samples.admission(Specs.with(ON));
    for (Integer weight : new Integer[] {1, null}) {
      Example example =
          Example.sft(
              List.of(
                  ChatMessage.user("ask"),
                  ChatMessage.assistant("darn").withWeight(weight),
                  ChatMessage.user("again")),
              List.of(ChatMessage.assistant("of course")),
              null,
              Samples.by("a"));

      assertThat(new ToxicityStage().judge(example, context).passes()).isEqualTo(weight == null);
    }
  }

  @Test
  void shouldLeaveDislikedAnswersAndLoopsThatDoNotAsk() {
    var context = Samples.admission(Specs.with(ON));
    var stage = new ToxicityStage();

    assertThat(stage.judge(Samples.thumb("ask", "darn", false, Samples.by("a")), context).passes())
        .isTrue();
    assertThat(stage.judge(Samples.thumb("ask", "darn", true, Samples.by("a")), context).passes())
        .isFalse();
    assertThat(
            stage.judge(Samples.sft("ask", "darn"), Samples.admission(Specs.standard())).passes())
        .isTrue();
  }
}
