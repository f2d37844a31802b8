package dev.whetstone.curation.stage.pii;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/** Finds keys, tokens and passwords by pattern. */
final class SecretFinder {
  /** Patterns whose whole match is the secret. */
  private static final List<Pattern> SHAPES =
      List.of(
          Pattern.compile(
              "-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"
                  + "(?s:.*?)(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\\z)"),
          Pattern.compile("\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{4,}\\.[A-Za-z0-9_-]{4,}"),
          Pattern.compile("\\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\\b"),
          Pattern.compile("\\bgh[pousr]_[A-Za-z0-9]{30,}"),
          Pattern.compile("\\bgithub_pat_[A-Za-z0-9_]{22,}"),
          Pattern.compile("\\bglpat-[A-Za-z0-9_-]{20,}"),
          Pattern.compile("\\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
          Pattern.compile("\\bAIza[A-Za-z0-9_-]{35}"),
          Pattern.compile("\\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,}"),
          Pattern.compile("\\bsk-[A-Za-z0-9_-]{20,}"),
          Pattern.compile("\\bhf_[A-Za-z0-9]{30,}"),
          Pattern.compile("\\bnpm_[A-Za-z0-9]{36}\\b"),
          Pattern.compile("\\bwst_[A-Za-z0-9_-]{43}"));

  /** A value labelled as a secret; group 1 is the value. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)\\b(?:api[_ -]?key|access[_ -]?key|secret(?:[_ -]?(?:access[_ -]?)?key)?|token|"
              + "password|passwd|pwd|bearer)\\b[\"']?\\s*(?:[:=]|\\bis\\b)?\\s*[\"']?"
              + "([A-Za-z0-9!@#$%^&*_+/=.~-]{8,})");

  private SecretFinder() {}

  static List<PiiSpan> find(String text) {
    var spans = new ArrayList<PiiSpan>();
    for (Pattern shape : SHAPES) {
      Matcher matcher = shape.matcher(text);
      while (matcher.find()) {
        spans.add(new PiiSpan(PiiType.SECRET, matcher.start(), matcher.end()));
      }
    }
    Matcher named = NAMED.matcher(text);
    while (named.find()) {
      String value = named.group(1);
      if (mixed(value)) {
        spans.add(new PiiSpan(PiiType.SECRET, named.start(1), named.end(1)));
      }
    }
    return spans;
  }

  /** Ordinary words do not mix letters and digits; passwords and keys usually do. */
  private static boolean mixed(String value) {
    return value.chars().anyMatch(Character::isDigit)
        && value.chars().anyMatch(Character::isLetter);
  }
}
