package dev.whetstone.eval.page;

import io.quarkus.qute.Expression;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.RawString;
import io.quarkus.qute.ResultMapper;
import io.quarkus.qute.TemplateNode.Origin;

/**
 * Escapes a value for HTML and replaces control and direction characters, with which a text of a
 * model or a user could imitate another text.
 */
final class SafeTextMapper implements ResultMapper {
  private final HtmlEscaper escaper;

  SafeTextMapper(HtmlEscaper escaper) {
    this.escaper = escaper;
  }

  /** Before the mappers that the engine adds by default. */
  @Override
  public int getPriority() {
    return escaper.getPriority() + 1;
  }

  @Override
  public boolean appliesTo(Origin origin, Object result) {
    return escaper.appliesTo(origin, result);
  }

  @Override
  public String map(Object result, Expression expression) {
    return result instanceof RawString raw
        ? raw.getValue()
        : escaper.map(withoutControls(result.toString()), expression);
  }

  static String withoutControls(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().map(SafeTextMapper::visible).forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static int visible(int point) {
    boolean plain = point == '\n' || point == '\t';
    int type = Character.getType(point);
    return !plain && (type == Character.CONTROL || type == Character.FORMAT) ? 0xFFFD : point;
  }
}
