package dev.whetstone.kit.store;

import dev.whetstone.kit.json.ContentDigests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * What was made of an object in one pass, with the digest of the very bytes that were read.
 *
 * @param bytes how many bytes the object holds
 * @param sha256 of all its bytes, hex
 */
public record VerifiedRead<T>(T value, long bytes, String sha256) {

  /** Makes a value of an object's bytes; it may stop before the end. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(InputStream in) throws IOException;
  }

  /**
   * Reads an object to its end. Where the digest does not fit, that is reported even if the reader
   * failed: the reader's fault is then a consequence of it.
   *
   * @param name what errors call the object
   * @param in closed afterwards
   * @param limit in bytes
   * @param expected digest; null for any
   * @throws CorruptObjectException when the bytes have another digest
   * @throws ObjectTooLargeException when there are more bytes than the limit
   * @throws ObjectStoreException when the bytes cannot be read
   */
  public static <T> VerifiedRead<T> of(
      String name, InputStream in, long limit, @Nullable String expected, Reader<T> reader) {
    try (in) {
      MeasuredStream measured = new MeasuredStream(name, in, limit);
      T value = null;
      RuntimeException fault = null;
      try {
        value = reader.read(measured);
      } catch (ObjectTooLargeException e) {
        throw e;
      } catch (IOException e) {
        fault = new UncheckedIOException(e.getMessage(), e);
      } catch (RuntimeException e) {
        fault = e;
      }
      measured.transferTo(OutputStream.nullOutputStream());
      String actual = ContentDigests.hex(measured.digest.digest());
      if (expected != null && !expected.equals(actual)) {
        throw new CorruptObjectException(name, expected, actual);
      }
      if (fault != null) {
        throw fault;
      }
      return new VerifiedRead<>(value, measured.count, actual);
    } catch (IOException e) {
      throw new ObjectStoreException("object " + name + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Counts and digests what passes, skipped bytes too; the reader cannot close it. */
  private static final class MeasuredStream extends InputStream {
    private final String name;
    private final InputStream in;
    private final long limit;
    private final MessageDigest digest = ContentDigests.newSha256();
    private long count;

    MeasuredStream(String name, InputStream in, long limit) {
      this.name = name;
      this.in = in;
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = in.read(buffer, offset, length);
      if (read > 0) {
        digest.update(buffer, offset, read);
        count += read;
        if (count > limit) {
          throw new ObjectTooLargeException("object " + name, limit);
        }
      }
      return read;
    }
  }
}
