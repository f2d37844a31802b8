package dev.whetstone.ingest.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.InputLimits;
import java.io.IOException;

/**
 * Refuses an item that becomes too large while it is parsed: as a tree, text of the shape {@code
 * [{},{},…]} takes thirty times its bytes.
 */
final class MeteredParser extends JsonParserDelegate {
  /** Upper bound of a token's size in a tree; an object with one member is four tokens. */
  private static final int TOKEN_BYTES = 64;

  /** A character of a text can take two bytes. */
  private static final int TEXT_FACTOR = 2;

  /** Smaller amounts are not reported to the account that all requests share. */
  private static final int STEP_BYTES = 16 * 1024;

  /** Escaped as \\uXXXX, a text that is not ASCII has up to three times its bytes in UTF-8. */
  private static final int ESCAPED_FACTOR = 3;

  private final BoundedInputStream in;
  private final InputLimits limits;
  private final MemoryBudget memory;
  private long start;
  private long tokens;
  private long held;

  MeteredParser(JsonParser parser, BoundedInputStream in, InputLimits limits, MemoryBudget memory) {
    super(parser);
    this.in = in;
    this.limits = limits;
    this.memory = memory;
  }

  /** Ends the previous item, whose tree is no longer needed, and starts the next. */
  void begin() {
    memory.release(held);
    held = 0;
    tokens = 0;
    start = in.count();
  }

  @Override
  public JsonToken nextToken() throws IOException {
    JsonToken token = delegate.nextToken();
    if (++tokens > InputLimits.TOKENS) {
      throw tooLarge("names and values", InputLimits.TOKENS, InputLimits.TOKENS);
    }
    long bytes = in.count() - start;
    if (bytes > (long) limits.itemBytes() * ESCAPED_FACTOR) {
      throw tooLarge("bytes", (long) limits.itemBytes() * ESCAPED_FACTOR, limits.itemBytes());
    }
    long cost = tokens * TOKEN_BYTES + bytes * TEXT_FACTOR;
    if (cost - held >= STEP_BYTES) {
      long more = cost - held;
      held = cost;
      memory.hold(more);
    }
    return token;
  }

  private Fault tooLarge(String what, long limit, long advised) {
    var location = currentLocation();
    return new Fault(
        FaultCode.ITEM_TOO_LARGE,
        null,
        "line %d, column %d: the item has more than %d %s"
            .formatted(location.getLineNr(), location.getColumnNr(), limit, what),
        "send items of at most %d %s".formatted(advised, what));
  }

  @Override
  public void close() throws IOException {
    memory.release(held);
    held = 0;
    super.close();
  }
}
