package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A completion with a positive or negative label, in TRL's unpaired preference format.
 *
 * @param tools the request's function declarations, as they were sent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BinaryRow(
    String id,
    List<ChatMessage> prompt,
    List<ChatMessage> completion,
    boolean label,
    @Nullable List<Map<String, Object>> tools,
    double sampleWeight) {
  public BinaryRow {
    prompt = List.copyOf(prompt);
    completion = List.copyOf(completion);
  }
}
