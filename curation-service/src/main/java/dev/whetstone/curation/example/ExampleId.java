package dev.whetstone.curation.example;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.chat.ChatMessage;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Computes an example's id: the SHA-256 of its content as JSON with sorted keys. */
final class ExampleId {
  private static final ObjectMapper CANONICAL =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  private ExampleId() {}

  static String of(
      Form form,
      List<ChatMessage> prompt,
      @Nullable List<ChatMessage> completion,
      @Nullable List<ChatMessage> chosen,
      @Nullable List<ChatMessage> rejected,
      @Nullable Boolean label,
      @Nullable List<Map<String, Object>> tools) {
    var content = new TreeMap<String, Object>();
    content.put("form", form.wireName());
    content.put("prompt", prompt);
    putIfPresent(content, "completion", completion);
    putIfPresent(content, "chosen", chosen);
    putIfPresent(content, "rejected", rejected);
    putIfPresent(content, "label", label);
    putIfPresent(content, "tools", tools);
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(CANONICAL.writeValueAsBytes(content)));
    } catch (NoSuchAlgorithmException | JsonProcessingException e) {
      throw new IllegalStateException("cannot digest an example's content", e);
    }
  }

  private static void putIfPresent(
      Map<String, Object> content, String key, @Nullable Object value) {
    if (value != null) {
      content.put(key, value);
    }
  }
}
