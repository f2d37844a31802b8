package dev.whetstone.eval.page;

import java.util.Locale;

/** Numbers and ids as the page prints them. */
final class PageText {
  /** Printed for a figure that is not there. */
  static final String NONE = "\u2013";

  private static final int SHORT_ID_CHARACTERS = 12;

  private PageText() {}

  static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  static String signed(double value) {
    return String.format(Locale.ROOT, "%+.3f", value).replace('-', '\u2212');
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String shortId(String id) {
    return id.length() > SHORT_ID_CHARACTERS ? id.substring(0, SHORT_ID_CHARACTERS) : id;
  }
}
