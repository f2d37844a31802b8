package dev.whetstone.curation.form;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackGiven.Scale;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.event.InteractionRecorded.Request;
import dev.whetstone.contracts.event.InteractionRecorded.Response;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormRuleTest {
  private static final InteractionRecorded SERVED =
      new InteractionRecorded(
          "r1",
          "c1",
          Request.of(List.of(ChatMessage.user("How long?"))),
          new Response(ChatMessage.assistant("14 days."), "stop", 0),
          null,
          null,
          "u1",
          null,
          null,
          List.of(),
          null);

  @Test
  void shouldTeachAndRankByACorrection() {
    List<Example> examples = examples(new FeedbackContent.Correction("30 days."));

    assertThat(examples).extracting(Example::form).containsExactly(Form.SFT, Form.PREFERENCE);
    assertThat(examples)
        .allSatisfy(e -> assertThat(ChatTexts.answer(e.answer())).isEqualTo("30 days."));
    assertThat(ChatTexts.answer(examples.getLast().rejected())).isEqualTo("14 days.");
  }

  @Test
  void shouldNotTakeTheServedAnswerForACorrection() {
    assertThat(apply(new FeedbackContent.Correction(" 14 days. ")))
        .isInstanceOfSatisfying(
            FormOutcome.Rejected.class,
            r -> assertThat(r.reason()).isEqualTo(ReasonCodes.UNCHANGED));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void shouldLabelByAThumbAndNeverTeach(boolean up) {
    List<Example> examples = examples(new FeedbackContent.Thumb(up));

    assertThat(examples).extracting(Example::form).containsExactly(Form.BINARY);
    assertThat(examples.getFirst().label()).isEqualTo(up);
    assertThat(examples.getFirst().positive()).isEqualTo(up);
  }

  @ParameterizedTest
  @CsvSource({"5, true", "4, true", "3, ", "2, false", "1, false"})
  void shouldTakeRatingsPastTheThresholdsAsThumbs(double stars, Boolean label) {
    FormOutcome formed = apply(new FeedbackContent.Rating("stars", stars, new Scale(1, 5)));

    if (label == null) {
      assertThat(formed).isInstanceOf(FormOutcome.Context.class);
    } else {
      assertThat(((FormOutcome.Examples) formed).examples().getFirst().label()).isEqualTo(label);
    }
  }

  @Test
  void shouldRankByAPreference() {
    var preference =
        new FeedbackContent.Preference(ChatMessage.assistant("a"), ChatMessage.assistant("b"));

    assertThat(examples(preference)).extracting(Example::form).containsExactly(Form.PREFERENCE);
  }

  @Test
  void shouldRankByAPreferenceThatHasItsOwnRequest() {
    var spec = Specs.with("  systemPrompt: Be brief.\n");
    var preference =
        new FeedbackContent.Preference(
            ChatMessage.assistant("a"),
            ChatMessage.assistant("b"),
            Request.of(List.of(ChatMessage.user("Which?"))));

    var formed = (FormOutcome.Examples) FormRule.apply(spec, null, preference, Samples.by("a"));

    assertThat(formed.examples()).extracting(Example::form).containsExactly(Form.PREFERENCE);
    assertThat(formed.examples().getFirst().prompt())
        .containsExactly(ChatMessage.of("system", "Be brief."), ChatMessage.user("Which?"));
  }

  /** Weights of the two assistant turns, and of the assistant turns of the example. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, first.second, 0.1",
        "0, 1, first.second, 0.1",
        "1, -, first.second, 1.1",
        "1, 1, first.second, 1.1",
        "1, 0, first, 1"
      })
  void shouldTeachTheTurnsWithWeightOne(
      Integer first, Integer second, String answers, String learned) {
    var content =
        new FeedbackContent.Demonstration(
            Request.of(
                List.of(
                    ChatMessage.user("one?"),
                    ChatMessage.assistant("first").withWeight(first),
                    ChatMessage.user("two?"))),
            ChatMessage.assistant("second").withWeight(second));

    Example example = examples(content).getFirst();

    List<ChatMessage> turns = new ArrayList<>(example.prompt());
    turns.addAll(example.completion());
    turns.removeIf(turn -> !turn.role().equals("assistant"));
    assertThat(turns).extracting(ChatMessage::content).containsExactly(answers.split("\\."));
    assertThat(example.completion()).extracting(ChatMessage::weight).containsOnlyNulls();
    assertThat(turns)
        .extracting(turn -> example.taught().contains(turn) ? "1" : "0")
        .containsExactly(learned.split("\\."));
  }

  @Test
  void shouldBakeTheSystemPromptIntoDemonstrations() {
    var spec = Specs.with("  systemPrompt: Be brief.\n");
    var content =
        new FeedbackContent.Demonstration(
            Request.of(List.of(ChatMessage.user("How long?"))), ChatMessage.assistant("30 days."));

    var formed = (FormOutcome.Examples) FormRule.apply(spec, null, content, Samples.by("a"));

    assertThat(formed.examples()).extracting(Example::form).containsExactly(Form.SFT);
    assertThat(formed.examples().getFirst().prompt().getFirst())
        .isEqualTo(ChatMessage.of("system", "Be brief."));
  }

  @ParameterizedTest
  @CsvSource({
    "copied, , 1",
    "regenerated, , -1",
    "abandoned, true, -1",
    "abandoned, false, 1",
    "accepted, false, -1"
  })
  void shouldWeighByImplicitSignals(String name, Boolean value, double signal) {
    assertThat(apply(new FeedbackContent.Implicit(name, value)))
        .isEqualTo(new FormOutcome.Signal(name, signal));
  }

  @Test
  void shouldTakeOutcomesAsSignalsAndCommentsAsContext() {
    assertThat(apply(new FeedbackContent.Outcome("resolved", false)))
        .isEqualTo(new FormOutcome.Signal("resolved", -1));
    assertThat(apply(new FeedbackContent.Outcome("score", 7.0)))
        .isEqualTo(new FormOutcome.Signal("score", 1));
    assertThat(apply(new FeedbackContent.Comment("nice"))).isInstanceOf(FormOutcome.Context.class);
  }

  @Test
  void shouldNeedTheAnswerThatFeedbackIsAbout() {
    var spec = Specs.standard();

    assertThat(FormRule.apply(spec, null, new FeedbackContent.Correction("x"), Samples.by("a")))
        .isInstanceOf(FormOutcome.Rejected.class);
    assertThat(FormRule.apply(spec, null, new FeedbackContent.Thumb(true), Samples.by("a")))
        .isInstanceOf(FormOutcome.Context.class);
  }

  private static FormOutcome apply(FeedbackContent content) {
    return FormRule.apply(Specs.standard(), SERVED, content, Samples.by("a"));
  }

  private static List<Example> examples(FeedbackContent content) {
    return ((FormOutcome.Examples) apply(content)).examples();
  }
}
