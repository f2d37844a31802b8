package dev.whetstone.ingest.item;

import java.util.Set;

/**
 * Names and references that apps choose, in bodies and in URLs. One rule for both, so that every
 * end user that feedback can name can also be erased.
 */
public final class NameRule {
  /** The rule in words. */
  public static final String ALLOWED =
      "1 to %d characters, not all blank, none of them control, and not . or .."
          .formatted(InputLimits.NAME_CHARACTERS);

  /** A URL path cannot contain these, even escaped. */
  private static final Set<String> NO_PATH = Set.of(".", "..");

  private NameRule() {}

  public static boolean isValid(String text) {
    return !text.isBlank()
        && text.length() <= InputLimits.NAME_CHARACTERS
        && !NO_PATH.contains(text)
        && text.chars().noneMatch(Character::isISOControl);
  }
}
