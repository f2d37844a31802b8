package dev.whetstone.chart;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The metric names in a PromQL expression. */
final class PromqlNames {
  private static final List<Pattern> LEFT_OUT =
      List.of(
          Pattern.compile("\"(\\\\.|[^\"\\\\])*\""),
          Pattern.compile("\\{[^}]*}"),
          Pattern.compile("\\[[^]]*]"),
          Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)"),
          Pattern.compile("\\$\\w+"));
  private static final Pattern NAME =
      Pattern.compile("(?<![\\w:.])[a-zA-Z_:][\\w:]*(?![\\w:]|\\s*\\()");
  private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "offset", "bool");

  private PromqlNames() {}

  static Set<String> of(String expression) {
    String rest = expression;
    for (Pattern pattern : LEFT_OUT) {
      rest = pattern.matcher(rest).replaceAll(" ");
    }
    Set<String> names = new TreeSet<>();
    NAME.matcher(rest).results().map(MatchResult::group).forEach(names::add);
    names.removeAll(OPERATORS);
    return names;
  }
}
