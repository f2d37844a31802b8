package dev.whetstone.curation.stage.hygiene;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Optional;

/**
 * Finds variables of a template that were not filled in. Code can contain braces for its own
 * reasons, and an answer about templates repeats those of the prompt, so neither counts. Pure.
 */
final class PlaceholderDetector {
  /** {{name}}, ${name} and <%= name %>: hardly ever meant as text. */
  private static final Pattern CERTAIN =
      Pattern.compile(
          "\\{\\{\\s*[A-Za-z_][A-Za-z0-9_. -]{0,60}\\s*\\}\\}|\\$\\{[A-Za-z_][A-Za-z0-9_.]{0,60}\\}"
              + "|<%=?\\s*[A-Za-z_][A-Za-z0-9_.]{0,60}\\s*%>");

  /** {name}: can also be meant as text. */
  private static final Pattern POSSIBLE = Pattern.compile("\\{[A-Za-z_][A-Za-z0-9_]{0,40}\\}");

  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\\n]*`");

  private PlaceholderDetector() {}

  /** The first variable in double braces or the like. */
  static Optional<String> certain(String answer, String prompt) {
    return first(CERTAIN, answer, prompt);
  }

  /** The first variable in single braces. */
  static Optional<String> possible(String answer, String prompt) {
    return first(POSSIBLE, CERTAIN.matcher(answer).replaceAll(" "), prompt);
  }

  private static Optional<String> first(Pattern pattern, String answer, String prompt) {
    if (answer.indexOf('{') < 0 && answer.indexOf('<') < 0) {
      return Optional.empty();
    }
    Matcher found = pattern.matcher(CODE.matcher(answer).replaceAll(" "));
    while (found.find()) {
      if (!prompt.contains(found.group())) {
        return Optional.of(found.group());
      }
    }
    return Optional.empty();
  }
}
