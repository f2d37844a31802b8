package dev.whetstone.contracts.batch;

import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;

/** A completion with a positive or negative label, in TRL's unpaired preference format. */
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
