package dev.whetstone.ingest.body;

import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of a body in UTF-8, one after the other. Each ends with a line feed or with the body.
 * Of a line that is too long only the beginning is kept.
 */
final class BodyLineReader implements AutoCloseable {
  private static final int CHUNK_BYTES = 8192;
  private static final int LINE_FEED = '\n';

  private final InputStream in;
  private final int most;
  private final MemoryBudget memory;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private byte[] line = new byte[CHUNK_BYTES];
  private boolean started;
  private int at;
  private int end;
  private int length;
  private int number;
  private boolean tooLong;

  /**
   * @param most bytes of a line
   * @param memory is charged for the longest line so far
   */
  BodyLineReader(InputStream in, int most, MemoryBudget memory) {
    this.in = in;
    this.most = most;
    this.memory = memory;
  }

  /**
   * Moves to the next line; false after the last one.
   *
   * @throws Fault when the body is not UTF-8, so that its lines cannot be found
   */
  boolean next() throws IOException {
    length = 0;
    tooLong = false;
    boolean any = false;
    while (at < end || fill()) {
      any = true;
      int stop = at;
      while (stop < end && chunk[stop] != LINE_FEED) {
        stop++;
      }
      append(stop - at);
      at = stop;
      if (stop < end) {
        at++;
        break;
      }
    }
    if (any) {
      number++;
    }
    return any;
  }

  /** The current line is in its first {@link #length} bytes. */
  byte[] bytes() {
    return line;
  }

  int length() {
    return length;
  }

  /** The number of the current line, from 1. */
  int number() {
    return number;
  }

  boolean tooLong() {
    return tooLong;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = 0;
    // The first four bytes show the encoding.
    int least = started ? 1 : 4;
    while (end < least) {
      int count = in.read(chunk, end, chunk.length - end);
      if (count < 0) {
        break;
      }
      end += count;
    }
    if (!started) {
      started = true;
      requireUtf8();
    }
    return end > 0;
  }

  /** Neither a mark of UTF-16 or UTF-32, nor a zero byte beside the first character. */
  private void requireUtf8() {
    if (end < 2) {
      return;
    }
    int first = (chunk[0] & 0xFF) << 8 | chunk[1] & 0xFF;
    if (first == 0xFEFF || first == 0xFFFE || chunk[0] == 0 || chunk[1] == 0) {
      throw new Fault(
          FaultCode.MALFORMED_JSON,
          null,
          "the body is in UTF-16 or UTF-32",
          "send one JSON object per line, in UTF-8");
    }
  }

  private void append(int count) {
    if (tooLong || count > most - length) {
      tooLong = true;
      return;
    }
    int needed = length + count;
    if (needed > line.length) {
      int size = Math.min(most, Math.max(needed, 2 * line.length));
      memory.hold(size - line.length);
      line = Arrays.copyOf(line, size);
    }
    System.arraycopy(chunk, at, line, length, count);
    length = needed;
  }

  @Override
  public void close() throws IOException {
    memory.release(Math.max(0, line.length - CHUNK_BYTES));
    line = new byte[0];
    in.close();
  }
}
