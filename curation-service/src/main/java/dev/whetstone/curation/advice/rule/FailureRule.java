package dev.whetstone.curation.advice.rule;

import com.google.re2j.Pattern;
import dev.whetstone.curation.text.Tokenization;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Classifies failures as of fact or of manner: by the remarks, or else by what the correction
 * changes. A correction that keeps the wording and changes a number corrects a fact; one that
 * changes much of the wording corrects the manner.
 */
public final class FailureRule {
  private static final Pattern SAYS_FACT =
      Pattern.compile(
          "\\b(?:wrong"
              + " (?:price|date|number|name|address|amount|answer|info|information|fact)|outdated|out"
              + " of date|incorrect|not true|untrue|no longer|obsolete|made"
              + " up|hallucinat\\w*|false|factual\\w*|inaccurate|old (?:price|version|policy))\\b");
  private static final Pattern SAYS_MANNER =
      Pattern.compile(
          "\\b(?:format|formatting|tone|style|rude|polite|impolite|too long|too"
              + " short|verbose|concise|json|markdown|bullet|list|table|language|wording|greeting|sign"
              + " off|ignored|instructions?|"
              + "friendl\\w*|formal|informal|template|spelling|grammar)\\b");

  /** Share of words kept up to which a correction counts as reworded. */
  private static final double REWORDED = 0.7;

  private FailureRule() {}

  public static FailureKind of(AnswerFailure failure) {
    if (failure.remark() != null) {
      String remark = Tokenization.normal(failure.remark());
      boolean fact = SAYS_FACT.matcher(remark).find();
      boolean manner = SAYS_MANNER.matcher(remark).find();
      if (fact != manner) {
        return fact ? FailureKind.FACT : FailureKind.MANNER;
      }
    }
    return failure.corrected() == null
        ? FailureKind.OTHER
        : byChange(failure.prompt(), failure.served(), failure.corrected());
  }

  private static FailureKind byChange(String prompt, String served, String corrected) {
    List<String> before = Tokenization.of(served);
    List<String> after = Tokenization.of(corrected);
    if (before.equals(after)) {
      return served.equals(corrected) ? FailureKind.OTHER : FailureKind.MANNER;
    }
    Set<String> known = new HashSet<>(before);
    known.addAll(Tokenization.of(prompt));
    boolean newNumber =
        after.stream().anyMatch(w -> Character.isDigit(w.charAt(0)) && !known.contains(w));
    if (kept(before, after) < REWORDED) {
      return FailureKind.MANNER;
    }
    return newNumber ? FailureKind.FACT : FailureKind.OTHER;
  }

  /** Common words over the words of the longer text. */
  private static double kept(List<String> before, List<String> after) {
    Set<String> old = new HashSet<>(before);
    Set<String> fresh = new HashSet<>(after);
    int longer = Math.max(1, Math.max(old.size(), fresh.size()));
    old.retainAll(fresh);
    return (double) old.size() / longer;
  }
}
