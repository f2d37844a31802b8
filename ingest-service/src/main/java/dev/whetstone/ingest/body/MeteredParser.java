package dev.whetstone.ingest.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.InputLimits;
import java.io.IOException;
import java.util.function.LongSupplier;

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

  private final LongSupplier read;
  private final InputLimits limits;
  private final MemoryBudget memory;
  private final int linesBefore;
  private long start;
  private long tokens;
  private long held;

  /**
   * @param read number of bytes read so far
   * @param linesBefore number of the body's lines before the parsed text
   */
  MeteredParser(
      JsonParser parser,
      LongSupplier read,
      InputLimits limits,
      MemoryBudget memory,
      int linesBefore) {
    super(parser);
    this.read = read;
    this.limits = limits;
    this.memory = memory;
    this.linesBefore = linesBefore;
  }

  /** The current line and column, as the beginning of a message. */
  String place() {
    var location = currentLocation();
    return "line %d, column %d: "
        .formatted(linesBefore + location.getLineNr(), location.getColumnNr());
  }

  /** Ends the previous item, whose tree is no longer needed, and starts the next. */
  void begin() {
    memory.release(held);
    held = 0;
    tokens = 0;
    start = read.getAsLong();
  }

  @Override
  public JsonToken nextToken() throws IOException {
    JsonToken token = delegate.nextToken();
    if (++tokens > InputLimits.TOKENS) {
      throw tooLarge("names and values", InputLimits.TOKENS, InputLimits.TOKENS);
    }
    long bytes = read.getAsLong() - start;
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
    return new Fault(
        FaultCode.ITEM_TOO_LARGE,
        null,
        place() + "the item has more than %d %s".formatted(limit, what),
        "send items of at most %d %s".formatted(advised, what));
  }

  @Override
  public void close() throws IOException {
    memory.release(held);
    held = 0;
    super.close();
  }
}
