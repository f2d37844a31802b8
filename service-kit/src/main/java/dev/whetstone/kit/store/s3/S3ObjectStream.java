package dev.whetstone.kit.store.s3;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The bytes of an object. A connection that breaks off is opened again where it ended, a bounded
 * number of times and only for the same version of the object; an answer that ends early is an
 * error, and so is one that comes too slowly.
 */
final class S3ObjectStream extends InputStream {
  /** Less than this, in bytes per second, after the time limit of a call is no progress. */
  private static final long LEAST_RATE = 16 << 10;

  private final S3Client client;
  private final S3Settings settings;
  private final S3Location object;
  private final String etag;
  private final long size;
  private ResponseInputStream<GetObjectResponse> in;
  private long position;
  private int attemptsLeft;
  private Duration waited = Duration.ZERO;

  private S3ObjectStream(
      S3Client client,
      S3Settings settings,
      S3Location object,
      ResponseInputStream<GetObjectResponse> in) {
    this.client = client;
    this.settings = settings;
    this.object = object;
    this.in = in;
    this.etag = in.response().eTag();
    this.size = in.response().contentLength();
    this.attemptsLeft = settings.attempts() - 1;
  }

  /**
   * @throws SdkException when the object is not there or cannot be read
   */
  static S3ObjectStream open(S3Client client, S3Settings settings, S3Location object) {
    return new S3ObjectStream(
        client,
        settings,
        object,
        client.getObject(get -> get.bucket(object.bucket()).key(object.key())));
  }

  /** The version of the object that is read. */
  String etag() {
    return etag;
  }

  /** Bytes of the object. */
  long size() {
    return size;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (position < size) {
      long start = System.nanoTime();
      try {
        int read = in.read(buffer, offset, length);
        if (read > 0) {
          position += read;
          requireProgress(start);
          return read;
        }
        if (read < 0) {
          throw new IOException("the answer ended after %d of %d bytes".formatted(position, size));
        }
      } catch (TooSlowException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        reopen(e);
      }
    }
    return -1;
  }

  private void requireProgress(long start) throws IOException {
    waited = waited.plusNanos(System.nanoTime() - start);
    Duration allowed = settings.callTimeout().plusSeconds(position / LEAST_RATE);
    if (waited.compareTo(allowed) > 0) {
      throw new TooSlowException(
          "%s sent %d of %d bytes of %s in %s. Check the server and the network, or raise whetstone.s3.call-timeout"
              .formatted(settings.server(), position, size, object, waited));
    }
  }

  private void reopen(Exception cause) throws IOException {
    in.abort();
    if (attemptsLeft-- <= 0) {
      throw new IOException(
          "%s broke off %d times while it sent %s, after %d of %d bytes (%s). Check the server and the network"
              .formatted(
                  settings.server(),
                  settings.attempts(),
                  object,
                  position,
                  size,
                  cause.getMessage()),
          cause);
    }
    try {
      in =
          client.getObject(
              get ->
                  get.bucket(object.bucket())
                      .key(object.key())
                      .ifMatch(etag)
                      .range("bytes=" + position + "-"));
    } catch (SdkException e) {
      throw new IOException(new S3Faults(settings).of("read", object, e).getMessage(), e);
    }
  }

  /** Whether more follows at once is not known. */
  @Override
  public int available() {
    return 0;
  }

  /** Ends the connection where the rest of the object is not wanted, rather than reading it. */
  @Override
  public void close() throws IOException {
    if (position < size) {
      in.abort();
    } else {
      in.close();
    }
  }

  /** Opening it again would not make it faster. */
  private static final class TooSlowException extends IOException {
    private static final long serialVersionUID = 1L;

    TooSlowException(String message) {
      super(message);
    }
  }
}
