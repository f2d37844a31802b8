package dev.whetstone.kit.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The project's JSON settings: ISO 8601 times and durations, absent instead of null in records,
 * unknown fields ignored. A null inside a map stays: maps hold what an app sent, for example the
 * schemas of its tools, and a chat template shows a null.
 */
public final class Json {
  private static final ObjectMapper MAPPER = configure(JsonMapper.builder().build());
  private static final ObjectMapper CANONICAL =
      configure(
          JsonMapper.builder()
              .enable(com.fasterxml.jackson.databind.MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
              .build()
              .configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true));

  private Json() {}

  /** The shared mapper; do not configure it. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Applies the project's settings to another mapper, for example the REST layer's. */
  public static ObjectMapper configure(ObjectMapper mapper) {
    return mapper
        .registerModule(new JavaTimeModule())
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
        .setDefaultPropertyInclusion(
            JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS));
  }

  /**
   * Writes UTF-8 JSON with sorted keys and no white space: equal values give equal bytes. For
   * digests and comparisons only; {@link #write} keeps the order of what an app sent.
   */
  public static byte[] canonical(Object value) {
    try {
      JsonNode tree = MAPPER.valueToTree(value);
      return CANONICAL.writeValueAsBytes(CANONICAL.treeToValue(tree, Object.class));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write " + value.getClass().getSimpleName(), e);
    }
  }

  /** Writes UTF-8 JSON: the fields of a record and the keys of a map in their own order. */
  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("cannot write " + value.getClass().getSimpleName(), e);
    }
  }

  /** The text of {@link #write}, for a text column or a message. */
  public static String text(Object value) {
    return new String(write(value), StandardCharsets.UTF_8);
  }

  /** The text of {@link #canonical}: equal values give equal text. */
  public static String canonicalText(Object value) {
    return new String(canonical(value), StandardCharsets.UTF_8);
  }

  /**
   * Reads one JSON value from text.
   *
   * @throws UncheckedIOException when it is not JSON or does not fit the type
   */
  public static <T> T read(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("not a " + type.getSimpleName() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads one JSON value.
   *
   * @throws UncheckedIOException when it is not JSON or does not fit the type
   */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (IOException e) {
      throw new UncheckedIOException("not a " + type.getSimpleName() + ": " + e.getMessage(), e);
    }
  }
}
