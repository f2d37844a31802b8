package dev.whetstone.curation.decontamination;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.chain.Texts;
import dev.whetstone.curation.chain.Words;
import dev.whetstone.curation.dedup.Shingles;
import java.util.List;

/** A prompt as words and as shingles. */
record Prompt(List<String> words, Shingles shingles) {
  static Prompt of(List<ChatMessage> messages) {
    String text = Texts.prompt(messages);
    return new Prompt(Words.of(text), Shingles.of(text));
  }

  int length() {
    return words.size();
  }
}
