package dev.whetstone.curation.example;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One example in the chain; immutable. SFT has a completion (the last assistant turn), PREFERENCE
 * chosen and rejected, BINARY a completion and a label.
 *
 * @param id SHA-256 (hex) of the canonical content: form, prompt, completion, chosen, rejected,
 *     label and tools; with a suffix where another example of the loop has the same content
 * @param tools the request's function declarations in OpenAI's format
 * @param scores measured by curation, each 0 to 1
 * @param redactions how many values of each type were replaced by placeholders
 * @param flags set by stages that did not drop the example
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
          "example "
              + id
              + " of form "
              + form.wireName()
              + " lacks a part that this form requires");
    }
  }

  /** An example that teaches a completion. */
  public static Example sft(
      List<ChatMessage> prompt,
      List<ChatMessage> completion,
      @Nullable List<Map<String, Object>> tools,
      Provenance provenance) {
    return of(Form.SFT, prompt, completion, null, null, null, tools, provenance);
  }

  /** A pair that ranks one answer above another. */
  public static Example preference(
      List<ChatMessage> prompt,
      List<ChatMessage> chosen,
      List<ChatMessage> rejected,
      @Nullable List<Map<String, Object>> tools,
      Provenance provenance) {
    return of(Form.PREFERENCE, prompt, null, chosen, rejected, null, tools, provenance);
  }

  /** An answer with a label: liked or disliked. */
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
   * The answer that the example teaches or labels: the completion, or the chosen answer of a pair.
   * A disliked completion counts as an answer; {@link #positive()} distinguishes it.
   */
  public List<ChatMessage> answer() {
    return chosen != null ? chosen : Objects.requireNonNull(completion, "completion");
  }

  /**
   * Every assistant turn that the example teaches or labels: turns of the prompt with weight 1,
   * then {@link #answer()}.
   */
  public List<ChatMessage> taught() {
    List<ChatMessage> taught = new ArrayList<>();
    prompt.stream().filter(turn -> Objects.equals(turn.weight(), 1)).forEach(taught::add);
    answer().stream().filter(turn -> turn.role().equals("assistant")).forEach(taught::add);
    return List.copyOf(taught);
  }

  /** Whether the example presents {@link #answer()} as right. */
  public boolean positive() {
    return form != Form.BINARY || Boolean.TRUE.equals(label);
  }

  /** The same example with every message rewritten, and the id of the new content. */
  public Example mapMessages(UnaryOperator<ChatMessage> rewrite) {
    return mapped(rewrite, rewrite);
  }

  /**
   * The same example with the answers rewritten that it teaches, labels or ranks, and the id of the
   * new content; the history stays.
   */
  public Example mapAnswers(UnaryOperator<ChatMessage> rewrite) {
    return mapped(turn -> Objects.equals(turn.weight(), 1) ? rewrite.apply(turn) : turn, rewrite);
  }

  private Example mapped(
      UnaryOperator<ChatMessage> ofPrompt, UnaryOperator<ChatMessage> ofAnswers) {
    return of(
            form,
            mapped(prompt, ofPrompt),
            completion == null ? null : mapped(completion, ofAnswers),
            chosen == null ? null : mapped(chosen, ofAnswers),
            rejected == null ? null : mapped(rejected, ofAnswers),
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

  /** The same example under another id. */
  public Example withId(String newId) {
    return new Example(
        newId,
        form,
        prompt,
        completion,
        chosen,
        rejected,
        label,
        tools,
        provenance,
        scores,
        redactions,
        flags,
        sampleWeight);
  }

  /**
   * The digest of the content: the id without the suffix ({@code ~2}) that tells examples with the
   * same content apart.
   */
  public String contentId() {
    int suffix = id.indexOf('~');
    return suffix < 0 ? id : id.substring(0, suffix);
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
