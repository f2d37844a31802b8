package dev.whetstone.contracts.loop;

/**
 * A form of text: its pattern in the JSON Schema and its description there, which error messages
 * repeat. The patterns use neither look-ahead nor back-references, since RE2, which Kubernetes
 * uses, has none.
 */
public enum TextFormat {
  /** An ISO 8601 duration without a minus sign and with at least one digit other than 0. */
  POSITIVE_DURATION(
      "^P[0-9DTHMS.]*[1-9][0-9DTHMS.]*$", "a duration longer than PT0S, for example PT30M"),

  /** A URL whose host is a host name, an IPv4 address or an IPv6 address in brackets. */
  HTTP_URL(
      "^https?://([^/?#@\\s]+@)?"
          + "(([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\.)*[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?\\.?"
          + "|[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]+\\])"
          + "(:[0-9]{0,5})?"
          + "([/?]([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$",
      "an http:// or https:// URL with a host, without /v1");

  private final String pattern;
  private final String description;

  TextFormat(String pattern, String description) {
    this.pattern = pattern;
    this.description = description;
  }

  /** The regular expression that the whole text matches. */
  public String pattern() {
    return pattern;
  }

  /** The form in words, as it follows "allowed:". */
  public String description() {
    return description;
  }
}
