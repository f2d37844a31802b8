package dev.whetstone.curation.stage.decontamination;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.stage.dedup.ShingleSet;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.util.List;

/** A prompt as words and as shingles. */
record TokenizedPrompt(List<String> words, ShingleSet shingles) {
  static TokenizedPrompt of(List<ChatMessage> messages) {
    String text = ChatTexts.prompt(messages);
    return new TokenizedPrompt(Tokenization.of(text), ShingleSet.of(text));
  }

  int length() {
    return words.size();
  }
}
