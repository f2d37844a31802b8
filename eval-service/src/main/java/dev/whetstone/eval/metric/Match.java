package dev.whetstone.eval.metric;

import org.jspecify.annotations.Nullable;

/** Agreement with a reference by content. */
public final class Match {
  private Match() {}

  /** 1 when answer and reference are equal but for Unicode composition and white space, else 0. */
  public static double exact(@Nullable String answer, String reference) {
    return answer != null && Normalizer.exact(answer).equals(Normalizer.exact(reference)) ? 1 : 0;
  }

  /** As {@link #exact}, also past case, punctuation and compatibility forms. */
  public static double normalised(@Nullable String answer, String reference) {
    return answer != null && Normalizer.loose(answer).equals(Normalizer.loose(reference)) ? 1 : 0;
  }
}
