package dev.whetstone.curation.stage.dedup;

import dev.whetstone.curation.example.Example;

/** Flags a kept example with how many contributors sent copies of it; used to detect rings. */
public final class CopyCounts {
  private static final String PREFIX = "copied-by-";

  private CopyCounts() {}

  static Example mark(Example example, int contributors) {
    return example.withFlag(PREFIX + contributors);
  }

  /** How many contributors sent this text, including the example's own; 1 without copies. */
  public static int contributors(Example example) {
    return example.flags().stream()
        .filter(flag -> flag.startsWith(PREFIX))
        .mapToInt(flag -> Integer.parseInt(flag.substring(PREFIX.length())))
        .max()
        .orElse(1);
  }
}
