package dev.whetstone.cli.context;

import java.util.Comparator;
import java.util.List;

/** Finds names that a mistyped one may stand for. */
public final class SimilarNames {
  /** At most this share of the letters may differ; "doctor" is not close to "down". */
  private static final double MAX_DIFFERENT = 0.34;

  private SimilarNames() {}

  /** The similar names, the closest first. */
  public static List<String> to(String typed, List<String> names) {
    return names.stream()
        .distinct()
        .filter(name -> isSimilar(typed, name))
        .sorted(Comparator.comparingInt(name -> distance(typed, name)))
        .toList();
  }

  private static boolean isSimilar(String typed, String name) {
    int longer = Math.max(typed.length(), name.length());
    return distance(typed, name) <= Math.max(1, (int) (longer * MAX_DIFFERENT))
        || (typed.length() >= 3 && name.startsWith(typed));
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
