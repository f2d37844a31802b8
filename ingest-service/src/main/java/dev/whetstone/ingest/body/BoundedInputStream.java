package dev.whetstone.ingest.body;

import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Throws a {@link Fault} as soon as more bytes arrive than are allowed. */
final class BoundedInputStream extends FilterInputStream {
  private final long limit;
  private final String what;
  private long read;

  /**
   * @param name of the bytes in messages: {@code the body}, {@code the decompressed body}
   */
  BoundedInputStream(InputStream in, long limit, String what) {
    super(in);
    this.limit = limit;
    this.what = what;
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    if (value >= 0) {
      count(1);
    }
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = in.read(bytes, offset, length);
    if (count > 0) {
      count(count);
    }
    return count;
  }

  @Override
  public long skip(long n) throws IOException {
    long skipped = in.skip(n);
    count(skipped);
    return skipped;
  }

  /** Number of bytes read so far; a reader with a buffer is slightly ahead. */
  long count() {
    return read;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void count(long more) {
    read += more;
    if (read > limit) {
      throw tooLarge(what, limit);
    }
  }

  static Fault tooLarge(String what, long limit) {
    return new Fault(
        FaultCode.BODY_TOO_LARGE,
        null,
        what + " has more than " + limit + " bytes",
        "send at most " + limit + " bytes in one request; split the items over several requests");
  }
}
