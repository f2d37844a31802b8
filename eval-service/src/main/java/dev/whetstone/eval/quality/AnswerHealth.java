package dev.whetstone.eval.quality;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Properties of an answer that can be measured without knowing the right one.
 *
 * @param empty whether it has only white space
 * @param terminated whether the model ended it before the limit of tokens
 * @param lengthRatio words of the answer over words of the reference; null without a reference
 * @param repetition share of 4-grams (of words) that occurred before in the same answer, 0 to 1
 */
public record AnswerHealth(
    boolean empty, boolean terminated, @Nullable Double lengthRatio, double repetition) {
  /** Greatest share of repeated 4-grams in a sound answer. */
  public static final double MOST_REPETITION = 0.3;

  /** Least length of a sound answer relative to its reference. */
  public static final double LEAST_LENGTH = 0.25;

  /** Greatest length of a sound answer relative to its reference. */
  public static final double MOST_LENGTH = 4;

  private static final int GRAM = 4;

  /**
   * @param finishReason OpenAI's: {@code stop}, {@code tool_calls}, {@code length}, …
   */
  public static AnswerHealth of(
      @Nullable String answer, @Nullable String finishReason, @Nullable String reference) {
    List<String> words = words(answer == null ? "" : answer);
    Double ratio = null;
    if (reference != null) {
      int expected = words(reference).size();
      ratio = expected == 0 ? null : (double) words.size() / expected;
    }
    return new AnswerHealth(
        words.isEmpty(), !"length".equals(finishReason), ratio, repetition(words));
  }

  /** Whether it is not empty, terminated, of plausible length and without much repetition. */
  public boolean sound() {
    return !empty
        && terminated
        && repetition <= MOST_REPETITION
        && (lengthRatio == null || (lengthRatio >= LEAST_LENGTH && lengthRatio <= MOST_LENGTH));
  }

  /** Share of 4-grams that repeat an earlier one; 0 for fewer than two 4-grams. */
  static double repetition(List<String> words) {
    int grams = words.size() - GRAM + 1;
    if (grams < 2) {
      return 0;
    }
    Set<List<String>> distinct = new HashSet<>();
    for (int i = 0; i < grams; i++) {
      distinct.add(words.subList(i, i + GRAM));
    }
    return 1 - (double) distinct.size() / grams;
  }

  private static List<String> words(String text) {
    String normalised = TextNormalizer.exact(text);
    return normalised.isEmpty() ? List.of() : List.of(normalised.split(" "));
  }
}
