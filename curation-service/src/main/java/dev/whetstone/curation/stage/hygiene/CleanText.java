package dev.whetstone.curation.stage.hygiene;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Set;
import java.util.TreeSet;

/**
 * Text without invisible characters: NFC, each line end a single newline, no control,
 * bidirectional, zero-width or tag characters. Such characters can hide instructions from
 * reviewers, so their kinds are reported. Joiners stay where scripts or emoji need them.
 *
 * @param text the cleaned text; cleaning it again changes nothing
 * @param flags kinds of characters that were removed, sorted
 */
public record CleanText(String text, Set<String> flags) {
  public static final String CONTROL = "control-characters";
  public static final String BIDI = "bidi-characters";
  public static final String ZERO_WIDTH = "zero-width-characters";
  public static final String TAGS = "tag-characters";

  private static final int NON_JOINER = 0x200C;
  private static final int JOINER = 0x200D;
  private static final int FIRST_SYMBOL = 0x2190;

  /**
   * Cleans a text. Repeats until nothing changes, because composition can form new hidden
   * characters.
   */
  public static CleanText of(String raw) {
    var flags = new TreeSet<String>();
    String text = raw;
    String before;
    do {
      before = text;
      text = Normalizer.normalize(strip(before, flags), Normalizer.Form.NFC);
    } while (!text.equals(before));
    return new CleanText(text, flags);
  }

  private static String strip(String raw, Set<String> flags) {
    var out = new StringBuilder(raw.length());
    int previous = -1;
    for (int i = 0; i < raw.length(); ) {
      int codePoint = raw.codePointAt(i);
      i += Character.charCount(codePoint);
      if (codePoint == '\r') {
        if (i >= raw.length() || raw.charAt(i) != '\n') {
          out.append('\n');
          previous = '\n';
        }
        continue;
      }
      String flag = hidden(codePoint, previous);
      if (flag == null) {
        out.appendCodePoint(codePoint);
        previous = codePoint;
      } else {
        flags.add(flag);
      }
    }
    return out.toString();
  }

  private static @org.jspecify.annotations.Nullable String hidden(int codePoint, int previous) {
    if (codePoint == '\n' || codePoint == '\t') {
      return null;
    }
    if (codePoint >= 0xE0000 && codePoint <= 0xE0FFF) {
      return TAGS;
    }
    if (codePoint == NON_JOINER || codePoint == JOINER) {
      return joins(previous) ? null : ZERO_WIDTH;
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.SURROGATE -> CONTROL;
      case Character.FORMAT -> bidi(codePoint) ? BIDI : ZERO_WIDTH;
      default -> null;
    };
  }

  private static boolean bidi(int codePoint) {
    return codePoint == 0x061C
        || codePoint == 0x200E
        || codePoint == 0x200F
        || (codePoint >= 0x202A && codePoint <= 0x202E)
        || (codePoint >= 0x2066 && codePoint <= 0x2069);
  }

  /** Whether a joiner is meaningful here: after an emoji, or in a script that uses joiners. */
  private static boolean joins(int previous) {
    if (previous < 0 || previous == NON_JOINER || previous == JOINER) {
      return false;
    }
    UnicodeScript script = UnicodeScript.of(previous);
    return switch (script) {
      case LATIN, GREEK, CYRILLIC, HAN, HIRAGANA, KATAKANA, HANGUL -> false;
      case COMMON -> previous >= FIRST_SYMBOL;
      default -> true;
    };
  }
}
