package dev.whetstone.eval.page;

import java.util.Locale;

/** Text as HTML. Everything that a model, a user or a file said goes through {@link #escape}. */
final class HtmlText {
  private HtmlText() {}

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(shown(point));
              }
            });
    return escaped.toString();
  }

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
    return escape(id.length() > 12 ? id.substring(0, 12) : id);
  }

  /** Control and direction characters would let a text pretend to be another one. */
  private static int shown(int point) {
    boolean plain = point == '\n' || point == '\t';
    int type = Character.getType(point);
    return !plain && (type == Character.CONTROL || type == Character.FORMAT) ? 0xFFFD : point;
  }
}
