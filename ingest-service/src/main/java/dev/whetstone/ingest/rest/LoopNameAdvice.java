package dev.whetstone.ingest.rest;

import dev.whetstone.contracts.LoopId;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What to do about a loop name that is not known. Pure. */
final class LoopNameAdvice {
  private static final int MOST_NAMES = 10;
  private static final int LONGEST = 63;
  private static final String RULE = "a loop's name is " + LoopId.RULE;
  private static final String USE =
      "use a declared loop of your tenant; a new declaration takes a moment to arrive";

  private LoopNameAdvice() {}

  /**
   * @param names the loops that the caller may know
   */
  static String remedy(String loop, List<String> names) {
    String rule = LoopId.NAME.matcher(loop).matches() ? USE : RULE;
    String similar = similar(loop, names).map(name -> "did you mean '" + name + "'? ").orElse("");
    return similar + rule + declared(names);
  }

  /** The name with the fewest differences, if these are few. */
  private static Optional<String> similar(String loop, List<String> names) {
    String wanted = loop.toLowerCase(Locale.ROOT).replaceAll("[ _.]", "-");
    int most = Math.max(1, wanted.length() / 3);
    if (wanted.length() > LONGEST) {
      return Optional.empty();
    }
    return names.stream()
        .filter(name -> distance(wanted, name) <= most)
        .min(
            Comparator.comparingInt((String name) -> distance(wanted, name))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static String declared(List<String> names) {
    if (names.isEmpty()) {
      return "";
    }
    String more = names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "";
    return names.stream()
        .limit(MOST_NAMES)
        .collect(Collectors.joining(", ", "; declared loops: ", more));
  }

  /** Levenshtein distance in characters. */
  private static int distance(String one, String other) {
    int[] previous = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[other.length() + 1];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], previous[j]));
      }
      previous = row;
    }
    return previous[other.length()];
  }
}
