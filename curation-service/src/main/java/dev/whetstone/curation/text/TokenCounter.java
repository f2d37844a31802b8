package dev.whetstone.curation.text;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.kit.tokenizer.ControlTokens;
import java.util.List;

/**
 * Counts tokens as the base model's own tokenizer would, and knows its control tokens.
 * Implementations are thread-safe.
 */
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

  /** The base model's control tokens; unknown where the tokenizer could not be read. */
  default ControlTokens controlTokens() {
    return ControlTokens.UNKNOWN;
  }

  /** Whether counts are exact; false where the tokenizer could not be read. */
  default boolean exact() {
    return true;
  }
}
