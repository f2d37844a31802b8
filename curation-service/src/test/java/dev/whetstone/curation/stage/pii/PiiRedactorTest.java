package dev.whetstone.curation.stage.pii;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.OneOf;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PiiRedactorTest {
  private final PiiRedactor redactor =
      new PiiRedactor(new PiiFinder(), EnumSet.allOf(PiiType.class));

  @Test
  void shouldGiveTheSameValueTheSameNumberThroughoutAnExample() {
    Example example =
        Samples.sft(
            "I am ann@x.org, not bob@y.org. Order 1234.",
            "Dear ANN@x.org, bob@y.org and eve@z.org are others. [ticket RET-1234]",
            Samples.by("a").withServedAnswer("Hello eve@z.org"));

    Example redacted = redactor.redact(example);

    assertThat(ChatTexts.prompt(redacted.prompt()))
        .isEqualTo("I am [EMAIL_1], not [EMAIL_2]. Order 1234.");
    assertThat(ChatTexts.answer(redacted.answer()))
        .isEqualTo("Dear [EMAIL_1], [EMAIL_2] and [EMAIL_3] are others. [ticket RET-1234]");
    assertThat(redacted.provenance().servedAnswer()).isEqualTo("Hello [EMAIL_3]");
    assertThat(redacted.redactions()).containsExactly(Map.entry("EMAIL", 5));
  }

  @Test
  void shouldAgreeWithinAConversation() {
    ChatMessage first = ChatMessage.user("I am ann@x.org");
    ChatMessage answer = ChatMessage.assistant("Hello");
    ChatMessage second = ChatMessage.user("and bob@y.org helps me");
    Example early = Example.sft(List.of(first), List.of(answer), null, Samples.by("a"));
    Example later =
        Example.sft(List.of(first, answer, second), List.of(answer), null, Samples.by("a"));

    assertThat(ChatTexts.prompt(redactor.redact(early).prompt())).isEqualTo("I am [EMAIL_1]");
    assertThat(ChatTexts.prompt(redactor.redact(later).prompt()))
        .isEqualTo("I am [EMAIL_1]\nand [EMAIL_2] helps me");
  }

  @Test
  void shouldNotReusePlaceholdersThatAreAlreadyThere() {
    assertThat(redactor.redact("[EMAIL_1] asks ann@x.org")).isEqualTo("[EMAIL_1] asks [EMAIL_2]");
  }

  @Test
  void shouldRedactBothSidesOfAPairAndToolCalls() {
    var call =
        new ToolCall("1", "function", new ToolCall.Function("mail", "{\"to\":\"ann@x.org\"}"));
    Example pair =
        Example.preference(
            List.of(ChatMessage.user("Mail ann@x.org")),
            List.of(new ChatMessage("assistant", null, null, List.of(call), null, null)),
            List.of(ChatMessage.assistant("No, bob@y.org")),
            null,
            Samples.by("a"));

    Example redacted = redactor.redact(pair);

    assertThat(ChatTexts.answer(redacted.chosen())).isEqualTo("mail {\"to\":\"[EMAIL_1]\"}");
    assertThat(ChatTexts.answer(redacted.rejected())).isEqualTo("No, [EMAIL_2]");
  }

  @Test
  void shouldReturnTheSameExampleWhereNothingIsPersonal() {
    Example example = Samples.sft("Order 1234", "[ticket RET-1234]");

    assertThat(redactor.redact(example)).isSameAs(example);
  }

  @Test
  void shouldFollowTheLoop() {
    Example example = Samples.sft("I am ann@x.org", "Hello");
    var off = Samples.admission(Specs.with("  curation: {pii: {enabled: false}}\n"));
    var phones = Samples.admission(Specs.with("  curation: {pii: {types: [PHONE]}}\n"));

    assertThat(new PiiStage(new PiiFinder()).judge(example, off)).isEqualTo(StageJudgement.keep());
    assertThat(new PiiStage(new PiiFinder()).judge(example, phones))
        .isEqualTo(StageJudgement.keep());
    assertThat(new PiiStage(new PiiFinder()).judge(example, Samples.admission(Specs.standard())))
        .isInstanceOf(StageJudgement.Changed.class);
  }

  @Property(tries = 300)
  void shouldChangeNothingTheSecondTime(@ForAll("texts") List<String> pieces) {
    Example example = Samples.sft(String.join(" ", pieces), String.join(", ", pieces.reversed()));

    Example once = redactor.redact(example);

    assertThat(redactor.redact(once)).isSameAs(once);
  }

  @Provide
  Arbitrary<List<String>> texts() {
    return Arbitraries.of(
            "ann@x.org",
            "+49 30 901820",
            "(96) 627-277",
            "4111 1111 1111 1111",
            "DE89370400440532013000",
            "58.74.121.78",
            "531-21-7351",
            "https://ann:s3cr3t@git.example.com/x",
            "AKIAIOSFODNN7EXAMPLE",
            "password:",
            "hunter2hunter2",
            "order",
            "1234",
            "2024-11-20",
            "[EMAIL_3]",
            "00",
            "x12",
            "-",
            ".",
            "@")
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  @Test
  void shouldKnowTheTypesThatLoopFilesMayName() throws NoSuchFieldException {
    String[] accepted =
        LoopSpec.Pii.class.getDeclaredField("types").getAnnotation(OneOf.class).value();
    assertThat(PiiType.values()).extracting(PiiType::name).containsExactly(accepted);
  }
}
