package dev.whetstone.eval.item;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One question of an evaluation, frozen.
 *
 * @param suite the declared suite's name, or {@code fresh/…} and {@code adopted/…} for batches
 * @param shadow whether it is outside the role's gate
 * @param reference the right answer as text
 * @param pattern that the whole answer must match
 * @param slice group that also has its own gate result
 * @param cluster of correlated items
 * @param questionSha256 digest of the question and its decoding: equal questions share one answer
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationItem(
    GateRole role,
    String suite,
    boolean shadow,
    String itemId,
    List<ChatMessage> messages,
    @Nullable List<Map<String, Object>> tools,
    @Nullable String reference,
    @Nullable String pattern,
    @Nullable String slice,
    @Nullable String cluster,
    boolean critical,
    String questionSha256) {
  public EvaluationItem {
    messages = List.copyOf(messages);
  }

  /** Unique within an evaluation. */
  public String key() {
    return suite + "/" + itemId;
  }

  /**
   * The digest of a question: messages, tools, greedy decoding and the limit of tokens. Tools are
   * digested as they were sent: a template prints them in their order, so another order is another
   * prompt.
   */
  public static String digest(
      List<ChatMessage> messages, @Nullable List<Map<String, Object>> tools, int maxTokens) {
    Map<String, Object> question =
        Map.of(
            "messages",
            messages,
            "tools",
            tools == null || tools.isEmpty() ? List.of() : Json.text(tools),
            "decoding",
            Map.of("temperature", 0, "max_tokens", maxTokens));
    return ContentDigests.sha256(Json.canonical(question));
  }
}
