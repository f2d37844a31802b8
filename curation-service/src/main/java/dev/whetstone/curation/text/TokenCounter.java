package dev.whetstone.curation.text;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.kit.tokenizer.ControlTokens;
import dev.whetstone.kit.tokenizer.ReasoningMarkers;
import java.util.List;

/**
 * Counts tokens as the base model's own tokenizer would, and knows its control tokens and markers.
 * Implementations are thread-safe.
 */
@FunctionalInterface
public interface TokenCounter {
  /** Tokens of these messages rendered as one conversation. */
  int count(List<ChatMessage> messages);

  /**
   * The same for a comparison with a limit: long texts may be counted in pieces, and texts that are
   * over the limit need not be read to their end.
   *
   * @param most the limit
   * @return on the same side of the limit as the count
   */
  default int count(List<ChatMessage> messages, int most) {
    return count(messages);
  }

  /** The base model's control tokens; unknown where the tokenizer could not be read. */
  default ControlTokens controlTokens() {
    return ControlTokens.UNKNOWN;
  }

  /** The markers between which the base model reasons. */
  default ReasoningMarkers reasoningMarkers() {
    return ReasoningMarkers.UNKNOWN;
  }

  /** Whether counts are exact; false where the tokenizer could not be read. */
  default boolean exact() {
    return true;
  }
}
