package dev.whetstone.contracts.batch;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;

/** A preference pair in TRL's conversational format. */
public record PreferenceRow(
    String id,
    List<ChatMessage> prompt,
    List<ChatMessage> chosen,
    List<ChatMessage> rejected,
    double sampleWeight) {
  public PreferenceRow {
    prompt = List.copyOf(prompt);
    chosen = List.copyOf(chosen);
    rejected = List.copyOf(rejected);
  }
}
