package dev.whetstone.eval.quality;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of an answer without knowing the right one.
 *
 * @param empty nothing but white space
 * @param terminated the model ended it itself rather than running out of tokens
 * @param lengthRatio words of the answer over words of the reference; null without a reference
 * @param repetition share of 4-grams (of words) that occurred before in the same answer, 0 to 1
 */
public record AnswerHealth(
    boolean empty, boolean terminated, @Nullable Double lengthRatio, double repetition) {
  /** An answer that repeats more of its 4-grams than this runs in circles. */
  public static final double MOST_REPETITION = 0.3;

  /** An answer outside these bounds of its reference's length says something else. */
  public static final double LEAST_LENGTH = 0.25;

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

  /** Not empty, ended, of sane length and not running in circles. */
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
    String loose = TextNormalizer.exact(text);
    return loose.isEmpty() ? List.of() : List.of(loose.split(" "));
  }
}
