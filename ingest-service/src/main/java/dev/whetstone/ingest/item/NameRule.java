package dev.whetstone.ingest.item;

import java.util.Set;

/**
 * Names and references that apps choose, in bodies and in URLs: whoever is named in feedback can be
 * named in an erasure, too.
 */
public final class NameRule {
  /** What is allowed, for people. */
  public static final String ALLOWED =
      "1 to %d characters, not all blank, none of them control, and not . or .."
          .formatted(InputLimits.NAME_CHARACTERS);

  /** A URL's path cannot name them, however they are escaped. */
  private static final Set<String> NO_PATH = Set.of(".", "..");

  private NameRule() {}

  public static boolean isValid(String text) {
    return !text.isBlank()
        && text.length() <= InputLimits.NAME_CHARACTERS
        && !NO_PATH.contains(text)
        && text.chars().noneMatch(Character::isISOControl);
  }
}
