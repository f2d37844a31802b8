package dev.whetstone.contracts.suite;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One question of a suite, one line of its JSONL file.
 *
 * @param messages what the model is asked, ending with a user or tool turn
 * @param reference the right answer, where there is one
 * @param pattern regular expression that the whole answer must match, where format is asked
 * @param slice group whose mean is also looked at apart
 * @param critical failing it alone rejects a candidate
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
