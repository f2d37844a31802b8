package dev.whetstone.contracts;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Objects;

/**
 * Identity of an accepted event: the same key with the same body is the same event (invariant I2).
 */
public record EventKey(LoopId loop, String source, String id) {
  public EventKey {
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(id, "id");
  }

  /**
   * {@code tenant/loop/source/id}. A slash or percent sign of the source is percent-encoded, so
   * that two keys never have the same text.
   */
  @JsonValue
  public String text() {
    String encoded = source.replace("%", "%25").replace("/", "%2F");
    return loop.key() + "/" + encoded + "/" + id;
  }

  /** Inverse of {@link #text()}. */
  @JsonCreator
  public static EventKey parse(String text) {
    String[] parts = text.split("/", 4);
    if (parts.length != 4) {
      throw new IllegalArgumentException("'" + text + "' is not tenant/loop/source/id");
    }
    String source = parts[2].replace("%2F", "/").replace("%25", "%");
    return new EventKey(new LoopId(parts[0], parts[1]), source, parts[3]);
  }

  @Override
  public String toString() {
    return text();
  }
}
