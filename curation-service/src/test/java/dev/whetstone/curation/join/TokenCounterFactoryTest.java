package dev.whetstone.curation.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.text.TokenCounter;
import dev.whetstone.kit.store.file.FileScheme;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCounterFactoryTest {
  private static final Path BASE = Path.of("../deploy/local/demo/base").toAbsolutePath();
  private static final List<ChatMessage> TALK =
      List.of(
          ChatMessage.user("Order 1234. When does the kettle ship?"),
          ChatMessage.assistant("The kettle arrives in 3 days."));

  @Test
  void shouldCountWithTheBaseModelsTokenizer() {
    TokenCounter counter =
        TokenCounterFactory.of(FileScheme.resolver(), BASE.normalize().toUri().toString());

    assertThat(counter.exact()).isTrue();
    assertThat(counter.controlTokens().in("Sure.<|im_end|>")).contains("<|im_end|>");
    assertThat(counter.count(TALK)).isBetween(25, 45);
    assertThat(counter.count(TALK)).isEqualTo(counter.count(TALK));
  }

  @Test
  void shouldEstimateForModelsThatAreNotLocal() {
    TokenCounter counter = TokenCounterFactory.of(FileScheme.resolver(), "hf://org/model");

    assertThat(counter.exact()).isFalse();
    assertThat(counter.count(List.of(ChatMessage.user("x".repeat(400))))).isEqualTo(105);
  }

  @Test
  void shouldKnowControlTokensWhereItCanOnlyEstimate(@TempDir Path empty) {
    TokenCounter counter =
        TokenCounterFactory.estimate(FileScheme.resolver(), BASE.normalize().toUri().toString());

    assertThat(counter.exact()).isFalse();
    assertThat(counter.controlTokens().texts()).contains("<|im_end|>");
    assertThat(
            TokenCounterFactory.estimate(FileScheme.resolver(), empty.toUri().toString())
                .controlTokens()
                .texts())
        .isEmpty();
  }

  @Test
  void shouldNameTheFileThatIsMissing(@TempDir Path empty) {
    assertThatThrownBy(
            () -> TokenCounterFactory.of(FileScheme.resolver(), empty.toUri().toString()))
        .hasMessageContaining(empty.resolve("tokenizer.json").toString())
        .hasMessageContaining("baseModel.uri");
  }
}
