package dev.whetstone.curation.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedTokenCounterTest {
  private final AtomicLong read = new AtomicLong();

  /** A token for each four characters. */
  private final BoundedTokenCounter counter =
      new BoundedTokenCounter(
          text -> {
            read.addAndGet(text.length());
            return Math.ceilDiv(text.length(), 4);
          });

  @Test
  void shouldReadLittleOfATextThatIsFarOverTheLimit() {
    List<ChatMessage> messages = List.of(ChatMessage.user("x".repeat(780_000)));

    assertThat(counter.count(messages, 2_048)).isGreaterThan(2_048);
    assertThat(read.get()).isLessThan(20_000);
  }

  @Test
  void shouldReadATextOnceThatIsNearTheLimit() {
    List<ChatMessage> messages = List.of(ChatMessage.user("x".repeat(8_000)));

    assertThat(counter.count(messages, 2_048)).isEqualTo(2_005);
    assertThat(read.get()).isEqualTo(8_000);
  }

  /** Long tokens: the characters alone would say that the text is too long. */
  @ParameterizedTest
  @ValueSource(ints = {20, 100})
  void shouldCountATextOfLongTokensExactly(int charactersPerToken) {
    var longTokens =
        new BoundedTokenCounter(text -> Math.ceilDiv(text.length(), charactersPerToken));
    List<ChatMessage> messages = List.of(ChatMessage.user("x".repeat(40_000)));

    assertThat(longTokens.count(messages, 2_500)).isEqualTo(40_000 / charactersPerToken + 5);
  }
}
