package dev.whetstone.kit.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The control tokens of a base model, such as {@code <|im_end|>}: the added tokens that its
 * tokenizer marks as special. Only a chat template may write them; in a text of an app or a person
 * they would end a turn or begin one.
 *
 * @param texts as a tokenizer finds them in a text
 */
public record ControlTokens(List<String> texts) {
  /** Of a base whose tokenizer is not known: nothing is found. */
  public static final ControlTokens UNKNOWN = new ControlTokens(List.of());

  public ControlTokens {
    texts = texts.stream().filter(Predicate.not(String::isBlank)).toList();
  }

  /**
   * Reads them from a {@code tokenizer.json}, of which nothing else is held in memory.
   *
   * @throws IOException when it cannot be read or is not JSON
   */
  public static ControlTokens of(Path tokenizerJson) throws IOException {
    try (JsonParser parser = Json.mapper().createParser(tokenizerJson.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException(tokenizerJson + " is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        if (field.equals("added_tokens")) {
          return new ControlTokens(special(parser.readValueAsTree()));
        }
        parser.skipChildren();
      }
      return UNKNOWN;
    }
  }

  private static List<String> special(JsonNode added) {
    List<String> special = new ArrayList<>();
    for (JsonNode token : added) {
      if (token.path("special").asBoolean()) {
        special.add(token.path("content").asText());
      }
    }
    return special;
  }

  /** The first control token in a text. */
  public Optional<String> in(String text) {
    return texts.stream().filter(text::contains).findFirst();
  }

  /** The first control token in any text of a message. */
  public Optional<String> in(ChatMessage message) {
    Stream<@Nullable String> own =
        Stream.of(message.content(), message.name(), message.toolCallId());
    Stream<@Nullable String> calls =
        message.toolCalls() == null
            ? Stream.empty()
            : message.toolCalls().stream().flatMap(ControlTokens::texts);
    return first(Stream.concat(own, calls));
  }

  private static Stream<@Nullable String> texts(ToolCall call) {
    return call.function() == null
        ? Stream.of(call.id(), call.type())
        : Stream.of(call.id(), call.type(), call.function().name(), call.function().arguments());
  }

  /** The first control token in the function declarations of a request, keys included. */
  public Optional<String> in(@Nullable List<Map<String, Object>> tools) {
    return tools == null ? Optional.empty() : inValue(tools);
  }

  private Optional<String> inValue(@Nullable Object value) {
    return switch (value) {
      case String text -> in(text);
      case List<?> list -> list.stream().flatMap(one -> inValue(one).stream()).findFirst();
      case Map<?, ?> map ->
          map.entrySet().stream()
              .flatMap(
                  entry ->
                      Stream.concat(
                          inValue(entry.getKey()).stream(), inValue(entry.getValue()).stream()))
              .findFirst();
      case null, default -> Optional.empty();
    };
  }

  private Optional<String> first(Stream<@Nullable String> candidates) {
    return candidates
        .flatMap(text -> text == null ? Stream.empty() : in(text).stream())
        .findFirst();
  }
}
