package dev.whetstone.curation.stage.decontamination;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.stage.dedup.IndexedText;
import dev.whetstone.curation.stage.dedup.ShingleSet;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prompt as words and, once a comparison needs them, as shingles. */
final class TokenizedPrompt {
  private final List<String> words;
  private @Nullable IndexedText indexed;

  private TokenizedPrompt(List<String> words) {
    this.words = words;
  }

  static TokenizedPrompt of(List<ChatMessage> messages) {
    return new TokenizedPrompt(Tokenization.of(ChatTexts.prompt(messages)));
  }

  List<String> words() {
    return words;
  }

  IndexedText indexed() {
    if (indexed == null) {
      indexed = IndexedText.of(ShingleSet.of(words));
    }
    return indexed;
  }

  int length() {
    return words.size();
  }
}
