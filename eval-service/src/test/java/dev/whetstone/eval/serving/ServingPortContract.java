package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.eval.serving.ServingPort.Answer;
import dev.whetstone.eval.serving.ServingPort.Question;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of every model server: the fake one of the tests and the worker's. */
abstract class ServingPortContract {
  static final String BASE = "base";
  private static final List<ChatMessage> QUESTION =
      List.of(ChatMessage.user("Tell me the price of the helmet."));

  abstract ServingPort server();

  /** Path of an adapter that the server can load. */
  abstract String adapter();

  @Test
  void shouldListItsModels() {
    server().unload("t.l.listed");
    assertThat(server().models()).contains(BASE).doesNotContain("t.l.listed");

    server().load("t.l.listed", adapter());
    assertThat(server().models()).contains(BASE, "t.l.listed");
  }

  @Test
  void shouldLoadAndUnloadRepeatedly() {
    server().load("t.l.twice", adapter());
    server().load("t.l.twice", adapter());
    server().unload("t.l.twice");
    server().unload("t.l.twice");

    assertThat(server().models()).doesNotContain("t.l.twice");
  }

  @Test
  void shouldAdviseToMountTheStoreIfItFindsNoAdapter() {
    assertThatThrownBy(() -> server().load("t.l.missing", "/nowhere/at/all"))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISCONFIGURED))
        .hasMessageContaining("/nowhere/at/all")
        .hasMessageContaining("mount the object store");
  }

  @Test
  void shouldAnswerTheSameEachTime() {
    server().load("t.l.answers", adapter());
    for (String model : List.of(BASE, "t.l.answers")) {
      Answer first = server().ask(new Question(model, QUESTION, null, 32));
      Answer second = server().ask(new Question(model, QUESTION, null, 32));

      assertThat(second).isEqualTo(first);
      assertThat(first.text()).isNotBlank();
      assertThat(first.finishReason()).isIn("stop", "length");
      assertThat(first.completionTokens()).isPositive();
      assertThat(first.promptTokens()).isPositive();
    }
  }

  @Test
  void shouldReportAnUnknownModel() {
    assertThatThrownBy(() -> server().ask(new Question("t.l.unknown", QUESTION, null, 8)))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNKNOWN_MODEL));
  }
}
