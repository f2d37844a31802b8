package dev.whetstone.kit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Finds the message in an error body: OpenAI's, vLLM's or FastAPI's form, else the text itself. */
final class ErrorDetail {
  private static final int MOST_CHARACTERS = 400;

  private ErrorDetail() {}

  static String of(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    try {
      JsonNode json = Json.read(body, JsonNode.class);
      for (String place : new String[] {"/error/message", "/message", "/detail"}) {
        if (json.at(place).isTextual()) {
          return shortened(json.at(place).asText());
        }
      }
      return shortened(text);
    } catch (UncheckedIOException e) {
      return shortened(text);
    }
  }

  private static String shortened(String text) {
    return text.length() > MOST_CHARACTERS ? text.substring(0, MOST_CHARACTERS) + "…" : text;
  }
}
