package dev.whetstone.contracts.batch;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;

/** A completion that was liked or not, TRL's unpaired preference format. */
public record BinaryRow(
    String id,
    List<ChatMessage> prompt,
    List<ChatMessage> completion,
    boolean label,
    double sampleWeight) {
  public BinaryRow {
    prompt = List.copyOf(prompt);
    completion = List.copyOf(completion);
  }
}
