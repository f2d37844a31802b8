package dev.whetstone.ingest.event;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** W3C trace context; any other value from a sender is ignored. */
public final class TraceParent {
  private static final Pattern FORM =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  private TraceParent() {}

  /** Returns the text if it is a valid trace parent. */
  public static @Nullable String of(@Nullable String text) {
    return text != null && FORM.matcher(text).matches() ? text : null;
  }
}
