package dev.whetstone.contracts.suite;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One question of a suite, one line of its JSONL file.
 *
 * @param messages the prompt; the last turn is a user or tool turn
 * @param reference the correct answer, if there is one
 * @param pattern regular expression that the whole answer must match, if the item tests the format
 * @param slice group whose mean is also evaluated separately
 * @param critical a failure of this item alone rejects a candidate
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SuiteItem(
    String id,
    List<ChatMessage> messages,
    @Nullable String reference,
    @Nullable String pattern,
    @Nullable String slice,
    @Nullable Boolean critical) {
  public SuiteItem {
    messages = List.copyOf(messages);
  }
}
