package dev.whetstone.curation.text;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;

/** Counts tokens as the base model's own tokenizer would. Implementations are thread-safe. */
@FunctionalInterface
public interface TokenCounter {
  /** Tokens of these messages rendered as one conversation. */
  int count(List<ChatMessage> messages);

  /**
   * The same, but texts that are far over a limit are not read to their end.
   *
   * @param most the caller's limit
   * @return the count; where it is more than {@code most}, any number above that
   */
  default int count(List<ChatMessage> messages, int most) {
    return count(messages);
  }

  /** Whether counts are exact; false where the tokenizer could not be read. */
  default boolean exact() {
    return true;
  }
}
