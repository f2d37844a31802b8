package dev.whetstone.contracts.scoring;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A question with its reference answer, one line of a scoring job's items.
 *
 * @param id unique within the file
 * @param messages the prompt; the last turn is a user or tool turn
 * @param reference the assistant turn whose tokens are scored
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScoringItem(
    String id,
    List<ChatMessage> messages,
    @Nullable List<Map<String, Object>> tools,
    ChatMessage reference) {
  public ScoringItem {
    messages = List.copyOf(messages);
  }
}
