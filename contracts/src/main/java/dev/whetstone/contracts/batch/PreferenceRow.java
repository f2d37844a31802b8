package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A preference pair in TRL's conversational format.
 *
 * @param tools the request's function declarations, as they were sent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PreferenceRow(
    String id,
    List<ChatMessage> prompt,
    List<ChatMessage> chosen,
    List<ChatMessage> rejected,
    @Nullable List<Map<String, Object>> tools,
    double sampleWeight) {
  public PreferenceRow {
    prompt = List.copyOf(prompt);
    chosen = List.copyOf(chosen);
    rejected = List.copyOf(rejected);
  }
}
