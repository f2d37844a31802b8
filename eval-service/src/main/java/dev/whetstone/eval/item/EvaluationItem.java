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
 * @param shadow outside the role's gate
 * @param reference the right answer as text
 * @param pattern that the whole answer must match
 * @param slice group also looked at apart
 * @param cluster items of one cluster are alike
 * @param questionSha256 of what is asked and how it is decoded: equal questions have equal answers
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

  /** The digest of a question: messages, tools, and greedy decoding of so many tokens. */
  public static String digest(
      List<ChatMessage> messages, @Nullable List<Map<String, Object>> tools, int maxTokens) {
    Map<String, Object> question =
        Map.of(
            "messages",
            messages,
            "tools",
            tools == null ? List.of() : tools,
            "decoding",
            Map.of("temperature", 0, "max_tokens", maxTokens));
    return ContentDigests.sha256(Json.canonical(question));
  }
}
