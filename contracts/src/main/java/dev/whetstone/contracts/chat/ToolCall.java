package dev.whetstone.contracts.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A function call made by an assistant turn; {@code arguments} is JSON text, as OpenAI sends it.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ToolCall(@Nullable String id, String type, Function function) {
  /** The called function's name and its arguments as JSON text. */
  public record Function(String name, String arguments) {}
}
