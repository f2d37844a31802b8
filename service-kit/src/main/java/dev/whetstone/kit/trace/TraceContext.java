package dev.whetstone.kit.trace;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A span that other spans name as their parent or link to: the content of W3C's {@code
 * traceparent}.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all zero
 * @param spanId 16 lower-case hexadecimal digits, not all zero
 * @param sampled whether its span is exported
 */
public record TraceContext(String traceId, String spanId, boolean sampled) {
  private static final Pattern HEADER =
      Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
  private static final Pattern TRACE_ID = Pattern.compile("(?!0{32})[0-9a-f]{32}");
  private static final Pattern SPAN_ID = Pattern.compile("(?!0{16})[0-9a-f]{16}");

  /** Of a later version of the header; this version's has 55. */
  private static final int MOST_CHARACTERS = 256;

  private static final String THIS_VERSION = "00";
  private static final String INVALID_VERSION = "ff";
  private static final int SAMPLED = 1;

  public TraceContext {
    if (!TRACE_ID.matcher(traceId).matches()) {
      throw new IllegalArgumentException("'" + traceId + "' is not a trace id");
    }
    if (!SPAN_ID.matcher(spanId).matches()) {
      throw new IllegalArgumentException("'" + spanId + "' is not a span id");
    }
  }

  /**
   * Reads a {@code traceparent}. As the standard demands, one of a later version is read as far as
   * this version knows it, and one that breaks the standard is ignored.
   */
  public static Optional<TraceContext> parse(@Nullable String text) {
    if (text == null || text.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    Matcher parts = HEADER.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String version = parts.group(1);
    boolean more = parts.group(5) != null;
    if (version.equals(INVALID_VERSION)
        || (version.equals(THIS_VERSION) && more)
        || !TRACE_ID.matcher(parts.group(2)).matches()
        || !SPAN_ID.matcher(parts.group(3)).matches()) {
      return Optional.empty();
    }
    int flags = HexFormat.fromHexDigits(parts.group(4));
    return Optional.of(
        new TraceContext(parts.group(2), parts.group(3), (flags & SAMPLED) == SAMPLED));
  }

  /** The {@code traceparent} of this version. */
  public String text() {
    return THIS_VERSION + "-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
  }
}
