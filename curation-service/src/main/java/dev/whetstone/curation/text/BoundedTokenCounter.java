package dev.whetstone.curation.text;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.kit.tokenizer.ControlTokens;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Counts tokens with a tokenizer, but of a text with far more characters than a limit of tokens
 * usually has it reads only pieces, up to the piece at which the limit is passed for certain.
 *
 * @param tokenizer the number of tokens of a text
 * @param controlTokens of the same tokenizer
 */
public record BoundedTokenCounter(ToIntFunction<String> tokenizer, ControlTokens controlTokens)
    implements TokenCounter {
  /** What a chat template adds around a turn: begin, role, line end, end, line end. */
  public static final int TOKENS_PER_TURN = 5;

  /** A text with more characters for each token of the limit is probably over the limit. */
  private static final int CHARACTERS_PER_TOKEN = 8;

  private static final int PIECE = 8_192;

  /** How many tokens a cut between two pieces can add. */
  private static final int TOKENS_PER_CUT = 16;

  /** A counter whose control tokens are unknown. */
  public BoundedTokenCounter(ToIntFunction<String> tokenizer) {
    this(tokenizer, ControlTokens.UNKNOWN);
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
    if (characters > PIECE && characters / CHARACTERS_PER_TOKEN > most) {
      long least = least(messages, most);
      if (least > most) {
        return (int) Math.min(Integer.MAX_VALUE, least);
      }
    }
    return count(messages);
  }

  /** Tokens that these messages have at least; stops where that is more than {@code most}. */
  private long least(List<ChatMessage> messages, int most) {
    long least = 0;
    for (ChatMessage message : messages) {
      String text = ChatTexts.text(message);
      least += TOKENS_PER_TURN;
      for (int from = 0; from < text.length() && least <= most; from += PIECE) {
        String piece = text.substring(from, Math.min(text.length(), from + PIECE));
        least += Math.max(0, tokenizer.applyAsInt(piece) - TOKENS_PER_CUT);
      }
    }
    return least;
  }
}
