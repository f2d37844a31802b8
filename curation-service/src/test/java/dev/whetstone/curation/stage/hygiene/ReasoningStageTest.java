package dev.whetstone.curation.stage.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.assembly.StandardChains;
import dev.whetstone.curation.chain.AdmissionOutcome;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.chain.StageJudgement.Changed;
import dev.whetstone.curation.chain.StageJudgement.Reject;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.FeatureExtractor;
import dev.whetstone.curation.stage.dedup.ComparedText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReasoningStageTest {
  private static final String ASK = "How long can I return it?";
  private static final String VISIBLE = "Within 30 days.";
  private static final String REASONED = "<think>\nIn May it changed.\n</think>\n\n" + VISIBLE;
  private static final String HALF_OPEN = "In May it changed.\n</think>\n\n" + VISIBLE;

  @Test
  void shouldMakeOneExampleOfAllSpellingsOfAnAnswer() {
    List<Example> examples =
        List.of(
            changed("strip", Samples.sft(ASK, REASONED)),
            changed("strip", Samples.sft(ASK, HALF_OPEN)),
            changed("strip", Samples.sft(ASK, "<think>\n\n</think>\n\n" + VISIBLE)));

    FeatureExtractor<ComparedText> compared = ComparedText.FEATURE;
    assertThat(examples)
        .allSatisfy(
            one -> {
              assertThat(one.answer()).isEqualTo(List.of(ChatMessage.assistant(VISIBLE)));
              assertThat(one.id()).isEqualTo(Samples.sft(ASK, VISIBLE).id());
              assertThat(one.flags()).containsExactly(ReasoningStage.REMOVED);
              assertThat(compared.extract(one).exact())
                  .isEqualTo(compared.extract(Samples.sft(ASK, VISIBLE)).exact());
            });
  }

  @Test
  void shouldTreatBothSidesOfAPairAlike() {
    Example pair =
        Samples.pair(ASK, "Within 14 days.", REASONED, Samples.by("a").withServedAnswer(REASONED));

    Example visible = changed("strip", pair);

    assertThat(visible.rejected()).isEqualTo(List.of(ChatMessage.assistant(VISIBLE)));
    assertThat(visible.answer()).isEqualTo(pair.answer());
    assertThat(visible.provenance().servedAnswer()).isEqualTo(VISIBLE);
  }

  @Test
  void shouldLeaveTheHistoryAsItWasSent() {
    List<ChatMessage> history =
        List.of(
            ChatMessage.user("Hi"),
            ChatMessage.assistant("<think>\nA greeting.\n</think>\n\nHello."),
            ChatMessage.user(ASK));
    Example example =
        Example.sft(history, List.of(ChatMessage.assistant(REASONED)), null, Samples.by("a"));

    assertThat(changed("strip", example).prompt()).isEqualTo(history);
  }

  @Test
  void shouldStripTurnsOfADemonstrationThatAreTaught() {
    List<ChatMessage> history =
        List.of(
            ChatMessage.user("Hi"),
            ChatMessage.assistant("<think>\nA greeting.\n</think>\n\nHello.").withWeight(1),
            ChatMessage.user(ASK));
    Example example =
        Example.sft(history, List.of(ChatMessage.assistant(VISIBLE)), null, Samples.by("a"));

    assertThat(changed("strip", example).prompt().get(1))
        .isEqualTo(ChatMessage.assistant("Hello.").withWeight(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"The tag </think> closes a block in that format.", VISIBLE})
  void shouldLeaveOrdinaryTextAlone(String answer) {
    assertThat(judge("strip", Samples.sft(ASK, answer))).isEqualTo(StageJudgement.keep());
    assertThat(judge("refuse", Samples.sft(ASK, answer))).isEqualTo(StageJudgement.keep());
  }

  @Test
  void shouldKeepReasoningOrRefuseItWhereTheLoopSaysSo() {
    assertThat(judge("keep", Samples.sft(ASK, REASONED))).isEqualTo(StageJudgement.keep());
    assertThat(judge("refuse", Samples.sft(ASK, REASONED)))
        .isEqualTo(
            new Reject(
                ReasonCodes.REASONING,
                "an answer begins with reasoning, and training.reasoning of the loop is refuse"));
  }

  @Test
  void shouldRejectAnAnswerThatIsReasoningAlone() {
    assertThat(judge("strip", Samples.sft(ASK, "<think>\nIn May it")))
        .isEqualTo(new Reject(ReasonCodes.EMPTY, "an answer is reasoning and nothing else"));
  }

  @Test
  void shouldRunInTheChainBeforeWhatComparesTexts() {
    AdmissionOutcome outcome =
        StandardChains.admission()
            .run(Samples.sft(ASK, REASONED), Samples.admission(Specs.standard()));

    assertThat(outcome.example().answer()).isEqualTo(List.of(ChatMessage.assistant(VISIBLE)));
  }

  private static Example changed(String rule, Example example) {
    assertThat(judge(rule, example)).isInstanceOf(Changed.class);
    return ((Changed) judge(rule, example)).example();
  }

  private static StageJudgement judge(String rule, Example example) {
    return new ReasoningStage()
        .judge(
            example, Samples.admission(Specs.with("  training: {reasoning: %s}".formatted(rule))));
  }
}
