package dev.whetstone.curation.stage.dedup;

import dev.whetstone.curation.example.Example;

/** Remembers on the copy that stays how many contributors sent it: a ring is seen by that. */
public final class CopyCounts {
  private static final String PREFIX = "copied-by-";

  private CopyCounts() {}

  static Example mark(Example example, int contributors) {
    return example.withFlag(PREFIX + contributors);
  }

  /** Contributors of this text, the example's own among them; 1 when nobody copied it. */
  public static int contributors(Example example) {
    return example.flags().stream()
        .filter(flag -> flag.startsWith(PREFIX))
        .mapToInt(flag -> Integer.parseInt(flag.substring(PREFIX.length())))
        .max()
        .orElse(1);
  }
}
