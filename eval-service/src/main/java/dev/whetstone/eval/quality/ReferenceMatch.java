package dev.whetstone.eval.quality;

import org.jspecify.annotations.Nullable;

/** Compares an answer with a reference by content. */
public final class ReferenceMatch {
  private ReferenceMatch() {}

  /** 1 if they are equal, ignoring Unicode composition and white space; else 0. */
  public static double exact(@Nullable String answer, String reference) {
    return answer != null && TextNormalizer.exact(answer).equals(TextNormalizer.exact(reference))
        ? 1
        : 0;
  }

  /** As {@link #exact}, also ignoring case, punctuation and compatibility forms. */
  public static double normalised(@Nullable String answer, String reference) {
    return answer != null && TextNormalizer.loose(answer).equals(TextNormalizer.loose(reference))
        ? 1
        : 0;
  }
}
