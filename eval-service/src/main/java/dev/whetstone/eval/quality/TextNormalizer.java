package dev.whetstone.eval.quality;

import java.text.Normalizer.Form;
import java.util.Locale;
import java.util.regex.Pattern;

/** Normalises texts for comparison by content. */
final class TextNormalizer {
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern PUNCTUATION = Pattern.compile("[\\p{Punct}\\p{P}]+");

  private TextNormalizer() {}

  /** Unicode NFC, white space collapsed and stripped; letters and marks stay. */
  static String exact(String text) {
    String composed = java.text.Normalizer.normalize(text, Form.NFC);
    return SPACE.matcher(composed).replaceAll(" ").strip();
  }

  /** Also normalises compatibility forms and case, and removes punctuation. */
  static String loose(String text) {
    String folded = java.text.Normalizer.normalize(text, Form.NFKC).toLowerCase(Locale.ROOT);
    String bare = PUNCTUATION.matcher(folded).replaceAll(" ");
    return SPACE.matcher(bare).replaceAll(" ").strip();
  }
}
