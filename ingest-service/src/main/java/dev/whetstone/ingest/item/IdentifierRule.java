package dev.whetstone.ingest.item;

import java.util.regex.Pattern;

/**
 * Ids of events and answers, and sources. They become CloudEvents attributes, Kafka keys and parts
 * of URLs, so they contain no slash, no space and no character that an e-mail address needs.
 */
public final class IdentifierRule {
  /** The rule in words. */
  public static final String ALLOWED =
      "1 to 200 of letters, digits and . _ : ~ = + - (no slash, no address)";

  private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._:~=+-]{1,200}");

  private IdentifierRule() {}

  public static boolean isValid(String text) {
    return PATTERN.matcher(text).matches();
  }
}
