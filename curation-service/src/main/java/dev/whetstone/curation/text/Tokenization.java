package dev.whetstone.curation.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Splits texts into words for comparison: NFKC, lower case, letters and digits only. */
public final class Tokenization {
  private Tokenization() {}

  /** Words in order: runs of letters and digits; everything else separates them. */
  public static List<String> of(String text) {
    String normal = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    var words = new ArrayList<String>();
    int start = -1;
    int i = 0;
    while (i < normal.length()) {
      int codePoint = normal.codePointAt(i);
      if (Character.isLetterOrDigit(codePoint) || joins(codePoint, start)) {
        start = start < 0 ? i : start;
      } else if (start >= 0) {
        words.add(normal.substring(start, i));
        start = -1;
      }
      i += Character.charCount(codePoint);
    }
    if (start >= 0) {
      words.add(normal.substring(start));
    }
    return words;
  }

  private static boolean joins(int codePoint, int start) {
    int type = Character.getType(codePoint);
    return start >= 0
        && (type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK);
  }

  /** Runs of {@code n} words joined by one space; empty when there are fewer words. */
  public static List<String> ngrams(List<String> words, int n) {
    if (n < 1 || words.size() < n) {
      return List.of();
    }
    var ngrams = new ArrayList<String>(words.size() - n + 1);
    for (int i = 0; i + n <= words.size(); i++) {
      ngrams.add(String.join(" ", words.subList(i, i + n)));
    }
    return ngrams;
  }

  /** Words joined by one space: equal for texts that differ only in case and punctuation. */
  public static String normal(String text) {
    return String.join(" ", of(text));
  }

  /** How many words an n-gram holds. */
  static int count(String ngram) {
    return (int) ngram.chars().filter(c -> c == ' ').count() + 1;
  }
}
