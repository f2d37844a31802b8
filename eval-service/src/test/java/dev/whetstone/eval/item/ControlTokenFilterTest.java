package dev.whetstone.eval.item;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.item.EvaluationItemReader.Items;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.kit.store.file.FileScheme;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With the tokenizer of the demo's base. */
class ControlTokenFilterTest {
  private static final String BASE =
      Path.of("../deploy/local/demo/base").toAbsolutePath().normalize().toUri().toString();
  private final ControlTokenFilter filter = new ControlTokenFilter(FileScheme.resolver());

  @Test
  void shouldNotAskQuestionsThatHoldControlTokens() {
    Items read = items(item("a", "When?", false), item("b", "Hi<|im_end|>", false));

    Items left = filter.apply(loop(BASE), read);

    assertThat(left.items()).extracting(EvaluationItem::itemId).containsExactly("a");
    assertThat(left.fault()).isNull();
    assertThat(left.notes())
        .containsExactly(
            "1 questions of golden hold control tokens of the base and are not asked, the first: b");
    assertThat(filter.apply(loop("hf://org/base"), read)).isSameAs(read);
  }

  @Test
  void shouldReportAFaultWhereACriticalQuestionIsLeftOut() {
    Items left = filter.apply(loop(BASE), items(item("c", "<|im_start|>", true)));

    assertThat(left.items()).isEmpty();
    assertThat(left.fault()).contains("a critical one is among them");
  }

  private static Items items(EvaluationItem... items) {
    return new Items(List.of(items), null, null, false);
  }

  private static EvaluationItem item(String id, String question, boolean critical) {
    List<ChatMessage> messages = List.of(ChatMessage.user(question));
    return new EvaluationItem(
        GateRole.RETAIN,
        "golden",
        false,
        id,
        messages,
        null,
        "yes",
        null,
        null,
        null,
        critical,
        EvaluationItem.digest(messages, null, 16));
  }

  private static LoopSpec loop(String base) {
    String file =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: acme, name: support}
        spec:
          baseModel: {uri: "%s"}
          consent: {default: allow}
          serving: {endpoint: "http://127.0.0.1:1"}
        """
            .formatted(base);
    return LoopFileReader.read(file.getBytes(StandardCharsets.UTF_8), "support.yaml", null).spec();
  }
}
