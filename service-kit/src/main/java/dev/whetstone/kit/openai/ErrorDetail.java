package dev.whetstone.kit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Finds the message in an error body: OpenAI's, vLLM's or FastAPI's form, else the text itself. It
 * reaches logs and status texts, so it is one short line without control characters.
 */
final class ErrorDetail {
  private static final int MOST_CHARACTERS = 200;

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
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      if (line.length() >= MOST_CHARACTERS) {
        return line.append('…').toString();
      }
      line.appendCodePoint(isPrintable(point) ? point : ' ');
      i += Character.charCount(point);
    }
    return line.toString();
  }

  private static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
