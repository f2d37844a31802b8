package dev.whetstone.kit.openai;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request for one chat completion.
 *
 * @param messages sent without their training weights
 * @param tools in OpenAI's format; absent or empty for none
 * @param temperature 0 for a greedy answer
 * @param maxTokens of the answer
 */
public record ChatRequest(
    String model,
    List<ChatMessage> messages,
    @Nullable List<Map<String, Object>> tools,
    double temperature,
    int maxTokens) {
  public ChatRequest {
    messages = List.copyOf(messages);
    tools = tools == null ? List.of() : List.copyOf(tools);
  }
}
