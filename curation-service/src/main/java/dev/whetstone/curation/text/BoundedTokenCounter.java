package dev.whetstone.curation.text;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.kit.tokenizer.ControlTokens;
import dev.whetstone.kit.tokenizer.ReasoningMarkers;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Counts tokens with a tokenizer. A tokenizer needs many times the memory of its text, so long
 * texts are counted in pieces, up to the piece at which a limit is passed for certain; the whole
 * text is tokenized only where the cuts between the pieces could decide.
 *
 * @param tokenizer the number of tokens of a text
 * @param controlTokens of the same tokenizer
 * @param reasoningMarkers of the same base
 */
public record BoundedTokenCounter(
    ToIntFunction<String> tokenizer, ControlTokens controlTokens, ReasoningMarkers reasoningMarkers)
    implements TokenCounter {
  /** What a chat template adds around a turn: begin, role, line end, end, line end. */
  public static final int TOKENS_PER_TURN = 5;

  /** Characters of messages that are tokenized whole. */
  private static final int SHORT = 65_536;

  private static final int PIECE = 8_192;

  /** How many tokens a cut between two pieces can add or take away, at most. */
  private static final int TOKENS_PER_CUT = 16;

  /** A counter whose control tokens and markers are unknown. */
  public BoundedTokenCounter(ToIntFunction<String> tokenizer) {
    this(tokenizer, ControlTokens.UNKNOWN, ReasoningMarkers.UNKNOWN);
  }

  @Override
  public int count(List<ChatMessage> messages) {
    int tokens = 0;
    for (ChatMessage message : messages) {
      tokens += TOKENS_PER_TURN + tokenizer.applyAsInt(ChatTexts.text(message));
    }
    return tokens;
  }

  @Override
  public int count(List<ChatMessage> messages, int most) {
    long characters = messages.stream().mapToLong(m -> ChatTexts.text(m).length()).sum();
    if (characters <= SHORT) {
      return count(messages);
    }
    long tokens = 0;
    long doubt = 0;
    for (ChatMessage message : messages) {
      String text = ChatTexts.text(message);
      tokens += TOKENS_PER_TURN;
      for (int from = 0; from < text.length() && tokens - doubt <= most; ) {
        int to = end(text, from);
        tokens += tokenizer.applyAsInt(text.substring(from, to));
        doubt += to < text.length() ? TOKENS_PER_CUT : 0;
        from = to;
      }
    }
    boolean certain = tokens - doubt > most || tokens + doubt <= most;
    return certain ? (int) Math.min(Integer.MAX_VALUE, tokens) : count(messages);
  }

  /** The end of a piece; never between the two halves of a character. */
  private static int end(String text, int from) {
    int to = Math.min(text.length(), from + PIECE);
    return to < text.length() && Character.isHighSurrogate(text.charAt(to - 1)) ? to - 1 : to;
  }
}
