package dev.whetstone.curation.stage.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HygieneStageTest {
  private static final ChatMessage ASK = ChatMessage.user("What is the time?");
  private static final ChatMessage TELL = ChatMessage.assistant("It is noon.");
  private static final ChatMessage SYSTEM = ChatMessage.of("system", "You help.");
  private static final List<Map<String, Object>> CLOCK =
      List.of(Map.of("type", "function", "function", Map.of("name", "clock")));

  private final HygieneStage stage = new HygieneStage();

  static List<Arguments> turns() {
    return List.of(
        Arguments.of(List.of(ASK), List.of(TELL), null),
        Arguments.of(List.of(SYSTEM, ASK), List.of(TELL), null),
        Arguments.of(List.of(ASK, TELL, ASK), List.of(TELL), null),
        Arguments.of(List.of(ASK, ASK), List.of(TELL), null),
        Arguments.of(List.of(), List.of(TELL), ReasonCodes.ROLE_ORDER),
        Arguments.of(List.of(ASK, TELL), List.of(TELL), ReasonCodes.ROLE_ORDER),
        Arguments.of(List.of(ASK, SYSTEM, ASK), List.of(TELL), ReasonCodes.ROLE_ORDER),
        Arguments.of(List.of(TELL, ASK), List.of(TELL), ReasonCodes.ROLE_ORDER),
        Arguments.of(List.of(ASK), List.of(ASK), ReasonCodes.ROLE_ORDER),
        Arguments.of(List.of(ASK), List.of(), ReasonCodes.ROLE_ORDER),
        Arguments.of(
            List.of(ChatMessage.of("oracle", "hm"), ASK), List.of(TELL), ReasonCodes.ROLE_ORDER),
        Arguments.of(List.of(ASK), List.of(ChatMessage.assistant(" \n")), ReasonCodes.EMPTY),
        Arguments.of(List.of(ChatMessage.user("\u200B")), List.of(TELL), ReasonCodes.EMPTY),
        Arguments.of(
            List.of(ASK), List.of(ChatMessage.assistant("```\nint x")), ReasonCodes.TRUNCATED),
        Arguments.of(List.of(ASK), List.of(ChatMessage.assistant("```\nint x\n```")), null),
        Arguments.of(List.of(ASK), List.of(call("clock", "{\"zone\":\"UTC\"}")), null),
        Arguments.of(List.of(ASK), List.of(call("clock", "zone")), ReasonCodes.TOOL_CALL_SHAPE),
        Arguments.of(List.of(ASK), List.of(call("clock", "[1]")), ReasonCodes.TOOL_CALL_SHAPE),
        Arguments.of(List.of(ASK), List.of(call("alarm", "{}")), ReasonCodes.TOOL_CALL_SHAPE),
        Arguments.of(List.of(ASK), List.of(call("", "{}")), ReasonCodes.TOOL_CALL_SHAPE),
        Arguments.of(List.of(ASK, call("clock", "{}"), answered("call-1")), List.of(TELL), null),
        Arguments.of(
            List.of(ASK, call("clock", "{}"), answered("call-2")),
            List.of(TELL),
            ReasonCodes.TOOL_CALL_SHAPE));
  }

  @ParameterizedTest
  @MethodSource("turns")
  void shouldRejectWhatIsNotInOrder(
      List<ChatMessage> prompt, List<ChatMessage> answer, @Nullable String reason) {
    Example example = Example.sft(prompt, answer, CLOCK, Samples.by("a"));

    StageJudgement judgement = stage.judge(example, Samples.admission(Specs.standard()));

    assertThat(reason(judgement)).isEqualTo(reason);
  }

  @Test
  void shouldRejectWhatIsLongerThanTrainingReads() {
    var spec = Specs.with("  training: {maxSequenceLength: 20}\n");

    assertThat(reason(stage.judge(Samples.sft("ask", "word ".repeat(18)), Samples.admission(spec))))
        .isNull();
    assertThat(reason(stage.judge(Samples.sft("ask", "word ".repeat(20)), Samples.admission(spec))))
        .isEqualTo(ReasonCodes.TOO_LONG);
  }

  @Test
  void shouldRejectAnswersPastTheLoopsCharacters() {
    var spec = Specs.with("  curation: {hygiene: {maxAnswerCharacters: 10}}\n");

    assertThat(reason(stage.judge(Samples.sft("ask", "short"), Samples.admission(spec)))).isNull();
    assertThat(reason(stage.judge(Samples.sft("ask", "much too long"), Samples.admission(spec))))
        .isEqualTo(ReasonCodes.TOO_LONG);
  }

  @Test
  void shouldNotTeachAServedAnswerThatWasCutOff() {
    var provenance = Samples.by("a", Split.TRAIN).withServedAnswer("It is");
    var facts = Map.<String, Object>of(AdmissionFacts.FINISH_REASON, "length");
    var context = Samples.admission(Specs.standard(), facts);

    assertThat(reason(stage.judge(Samples.thumb("time?", "It is", true, provenance), context)))
        .isEqualTo(ReasonCodes.TRUNCATED);
    assertThat(reason(stage.judge(Samples.thumb("time?", "It is", false, provenance), context)))
        .isNull();
    assertThat(reason(stage.judge(Samples.sft("time?", "It is noon.", provenance), context)))
        .isNull();
  }

  @Test
  void shouldCleanAndFlagWhatItKeeps() {
    Example hidden = Samples.sft("What\u200B time?", "Noon\u202E.");

    var judgement =
        (StageJudgement.Changed) stage.judge(hidden, Samples.admission(Specs.standard()));

    assertThat(judgement.example()).extracting(Example::prompt).asString().contains("What time?");
    assertThat(judgement.example().flags()).containsExactly(CleanText.BIDI, CleanText.ZERO_WIDTH);
    assertThat(judgement.example().id()).isNotEqualTo(hidden.id());
    assertThat(stage.judge(judgement.example(), Samples.admission(Specs.standard())))
        .isEqualTo(StageJudgement.keep());
  }

  @Test
  void shouldDoNothingWhenSwitchedOff() {
    var spec = Specs.with("  curation: {hygiene: {enabled: false}}\n");

    assertThat(stage.judge(Samples.sft("ask", ""), Samples.admission(spec)))
        .isEqualTo(StageJudgement.keep());
  }

  private static ChatMessage call(String function, String arguments) {
    var call = new ToolCall("call-1", "function", new ToolCall.Function(function, arguments));
    return new ChatMessage("assistant", null, null, List.of(call), null, null);
  }

  private static ChatMessage answered(String callId) {
    return new ChatMessage("tool", "noon", null, null, callId, null);
  }

  private static @Nullable String reason(StageJudgement judgement) {
    return switch (judgement) {
      case StageJudgement.Keep() -> null;
      case StageJudgement.Changed(_, _) -> null;
      case StageJudgement.Quarantine(String reason, _) -> reason;
      case StageJudgement.Reject(String reason, _) -> reason;
    };
  }
}
