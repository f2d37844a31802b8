package dev.whetstone.curation.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedTokenCounterTest {
  private final AtomicLong read = new AtomicLong();
  private final AtomicInteger longest = new AtomicInteger();

  /** A token for each four characters. */
  private final BoundedTokenCounter counter =
      new BoundedTokenCounter(
          text -> {
            read.addAndGet(text.length());
            longest.accumulateAndGet(text.length(), Math::max);
            return Math.ceilDiv(text.length(), 4);
          });

  @Test
  void shouldReadLittleOfATextThatIsFarOverTheLimit() {
    List<ChatMessage> messages = List.of(ChatMessage.user("x".repeat(780_000)));

    assertThat(counter.count(messages, 2_048)).isGreaterThan(2_048);
    assertThat(read.get()).isLessThan(20_000);
  }

  @Test
  void shouldReadALongTextOfFewTokensOnceAndInPieces() {
    List<ChatMessage> messages = List.of(ChatMessage.user("x".repeat(200_000)));

    assertThat(counter.count(messages, 100_000)).isEqualTo(50_005);
    assertThat(read.get()).isEqualTo(200_000);
    assertThat(longest.get()).isLessThan(10_000);
  }

  /** The cuts between pieces could decide, so the whole text is counted. */
  @Test
  void shouldCountALongTextAtTheLimitExactly() {
    List<ChatMessage> messages = List.of(ChatMessage.user("x".repeat(200_000)));

    assertThat(counter.count(messages, 50_005)).isEqualTo(50_005);
    assertThat(counter.count(messages, 50_004)).isEqualTo(50_005);
    assertThat(longest.get()).isEqualTo(200_000);
  }

  @Test
  void shouldNotCutACharacterInHalves() {
    var whole =
        new BoundedTokenCounter(
            text -> {
              assertThat(Character.isLowSurrogate(text.charAt(0))).isFalse();
              return text.length();
            });

    whole.count(List.of(ChatMessage.user("x" + "\uD83D\uDE00".repeat(50_000))), 1_000_000);
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
