package dev.whetstone.contracts.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a conversation in OpenAI's chat format.
 *
 * @param role {@code system}, {@code developer}, {@code user}, {@code assistant} or {@code tool}
 * @param content the text; absent, which is the same as null, only if the turn has tool calls
 * @param toolCalls calls that an assistant turn makes
 * @param toolCallId the call that a tool turn answers
 * @param weight of an assistant turn, in demonstrations and training rows only: 1 if the turn
 *     contributes to the loss, else 0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChatMessage(
    String role,
    @Nullable String content,
    @Nullable String name,
    @JsonProperty("tool_calls") @Nullable List<ToolCall> toolCalls,
    @JsonProperty("tool_call_id") @Nullable String toolCallId,
    @Nullable Integer weight) {

  public ChatMessage {
    Objects.requireNonNull(role, "role");
    toolCalls = toolCalls == null ? null : List.copyOf(toolCalls);
  }

  public static ChatMessage of(String role, String content) {
    return new ChatMessage(role, content, null, null, null, null);
  }

  public static ChatMessage user(String content) {
    return of("user", content);
  }

  public static ChatMessage assistant(String content) {
    return of("assistant", content);
  }

  public ChatMessage withContent(@Nullable String newContent) {
    return new ChatMessage(role, newContent, name, toolCalls, toolCallId, weight);
  }

  public ChatMessage withWeight(@Nullable Integer newWeight) {
    return new ChatMessage(role, content, name, toolCalls, toolCallId, newWeight);
  }
}
