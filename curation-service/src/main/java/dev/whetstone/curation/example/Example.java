package dev.whetstone.curation.example;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One example on its way through the chain; immutable. SFT has a completion (the last assistant
 * turn), PREFERENCE chosen and rejected, BINARY a completion and a label.
 *
 * @param id SHA-256 (hex) of the canonical content: form, prompt, completion, chosen, rejected,
 *     label and tools
 * @param tools the function declarations the request carried, OpenAI's format
 * @param scores what curation measured, each 0 to 1
 * @param redactions how many values of each type were replaced by placeholders
 * @param flags what stages noticed without dropping the example
 * @param sampleWeight relative frequency in training, 0.25 to 2
 */
public record Example(
    String id,
    Form form,
    List<ChatMessage> prompt,
    @Nullable List<ChatMessage> completion,
    @Nullable List<ChatMessage> chosen,
    @Nullable List<ChatMessage> rejected,
    @Nullable Boolean label,
    @Nullable List<Map<String, Object>> tools,
    Provenance provenance,
    Map<String, Double> scores,
    Map<String, Integer> redactions,
    List<String> flags,
    double sampleWeight) {

  public Example {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(form, "form");
    Objects.requireNonNull(provenance, "provenance");
    prompt = List.copyOf(prompt);
    completion = completion == null ? null : List.copyOf(completion);
    chosen = chosen == null ? null : List.copyOf(chosen);
    rejected = rejected == null ? null : List.copyOf(rejected);
    tools = tools == null ? null : List.copyOf(tools);
    scores = java.util.Collections.unmodifiableMap(new TreeMap<>(scores));
    redactions = java.util.Collections.unmodifiableMap(new TreeMap<>(redactions));
    flags = List.copyOf(flags);
    boolean shaped =
        switch (form) {
          case SFT -> completion != null;
          case PREFERENCE -> chosen != null && rejected != null;
          case BINARY -> completion != null && label != null;
        };
    if (!shaped) {
      throw new IllegalArgumentException(
          "example " + id + " of form " + form.wireName() + " lacks what that form holds");
    }
  }

  /** A chat example: learn this completion. */
  public static Example sft(
      List<ChatMessage> prompt,
      List<ChatMessage> completion,
      @Nullable List<Map<String, Object>> tools,
      Provenance provenance) {
    return of(Form.SFT, prompt, completion, null, null, null, tools, provenance);
  }

  /** A pair: one answer over another. */
  public static Example preference(
      List<ChatMessage> prompt,
      List<ChatMessage> chosen,
      List<ChatMessage> rejected,
      @Nullable List<Map<String, Object>> tools,
      Provenance provenance) {
    return of(Form.PREFERENCE, prompt, null, chosen, rejected, null, tools, provenance);
  }

  /** An answer that was liked or not. */
  public static Example binary(
      List<ChatMessage> prompt,
      List<ChatMessage> completion,
      boolean label,
      @Nullable List<Map<String, Object>> tools,
      Provenance provenance) {
    return of(Form.BINARY, prompt, completion, null, null, label, tools, provenance);
  }

  private static Example of(
      Form form,
      List<ChatMessage> prompt,
      @Nullable List<ChatMessage> completion,
      @Nullable List<ChatMessage> chosen,
      @Nullable List<ChatMessage> rejected,
      @Nullable Boolean label,
      @Nullable List<Map<String, Object>> tools,
      Provenance provenance) {
    String id = ExampleId.of(form, prompt, completion, chosen, rejected, label, tools);
    return new Example(
        id,
        form,
        prompt,
        completion,
        chosen,
        rejected,
        label,
        tools,
        provenance,
        Map.of(),
        Map.of(),
        List.of(),
        1.0);
  }

  /**
   * The answer that the example teaches or judges: the completion, or a pair's chosen side. A
   * disliked completion is an answer too; {@link #positive()} tells it apart.
   */
  public List<ChatMessage> answer() {
    return chosen != null ? chosen : Objects.requireNonNull(completion, "completion");
  }

  /** Whether the example says that {@link #answer()} is right. */
  public boolean positive() {
    return form != Form.BINARY || Boolean.TRUE.equals(label);
  }

  /** The same example with every message of every part rewritten, and the id that follows. */
  public Example mapMessages(UnaryOperator<ChatMessage> rewrite) {
    return of(
            form,
            mapped(prompt, rewrite),
            completion == null ? null : mapped(completion, rewrite),
            chosen == null ? null : mapped(chosen, rewrite),
            rejected == null ? null : mapped(rejected, rewrite),
            label,
            tools,
            provenance)
        .copy(provenance, scores, redactions, flags, sampleWeight);
  }

  private static List<ChatMessage> mapped(
      List<ChatMessage> messages, UnaryOperator<ChatMessage> rewrite) {
    return messages.stream().map(rewrite).toList();
  }

  public Example withProvenance(Provenance newProvenance) {
    return copy(newProvenance, scores, redactions, flags, sampleWeight);
  }

  public Example withScore(String name, double value) {
    var newScores = new TreeMap<>(scores);
    newScores.put(name, value);
    return copy(provenance, newScores, redactions, flags, sampleWeight);
  }

  public Example withRedactions(Map<String, Integer> newRedactions) {
    return copy(provenance, scores, newRedactions, flags, sampleWeight);
  }

  /** Adds a flag once. */
  public Example withFlag(String flag) {
    if (flags.contains(flag)) {
      return this;
    }
    var newFlags = new java.util.ArrayList<>(flags);
    newFlags.add(flag);
    return copy(provenance, scores, redactions, newFlags, sampleWeight);
  }

  public Example withSampleWeight(double newSampleWeight) {
    return copy(provenance, scores, redactions, flags, newSampleWeight);
  }

  private Example copy(
      Provenance newProvenance,
      Map<String, Double> newScores,
      Map<String, Integer> newRedactions,
      List<String> newFlags,
      double newSampleWeight) {
    return new Example(
        id,
        form,
        prompt,
        completion,
        chosen,
        rejected,
        label,
        tools,
        newProvenance,
        newScores,
        newRedactions,
        newFlags,
        newSampleWeight);
  }
}
