package dev.whetstone.eval.serving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.kit.json.Json;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts an assistant turn to one text, to compare answers and references by content. */
public final class AnswerText {
  private AnswerText() {}

  /** The content, or the tool calls as canonical JSON if there are any. */
  public static @Nullable String of(ChatMessage message) {
    return of(Json.mapper().valueToTree(message));
  }

  static @Nullable String of(JsonNode message) {
    JsonNode calls = message.path("tool_calls");
    if (calls.isEmpty()) {
      return message.path("content").isTextual() ? message.path("content").asText() : null;
    }
    List<Map<String, Object>> plain = new ArrayList<>();
    for (JsonNode call : calls) {
      JsonNode function = call.path("function");
      plain.add(
          Map.of(
              "name",
              function.path("name").asText(),
              "arguments",
              arguments(function.path("arguments").asText("{}"))));
    }
    return Json.canonicalText(plain);
  }

  /** Parses the arguments, JSON in a string, whose white space and order of keys do not matter. */
  private static Object arguments(String text) {
    try {
      return Json.read(text, JsonNode.class);
    } catch (UncheckedIOException e) {
      return text;
    }
  }
}
