package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row for supervised fine-tuning, OpenAI's fine-tuning format. Assistant turns carry a {@code
 * weight}: 1 on the last turn, which the feedback refers to, and on earlier turns to which a
 * demonstration gave weight 1; 0 on the others.
 *
 * @param id the example's id: SHA-256 of its content
 * @param sampleWeight relative frequency in training, 0.25 to 2
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SftRow(
    String id,
    List<ChatMessage> messages,
    @Nullable List<Map<String, Object>> tools,
    double sampleWeight) {
  public SftRow {
    messages = List.copyOf(messages);
  }
}
