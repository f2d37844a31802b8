package dev.whetstone.kit.store.s3;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;

/**
 * A range of a file, which the client reads several times: to sign it, to send it, to repeat it.
 */
final class FilePart implements ContentStreamProvider, AutoCloseable {
  static final String TYPE = "application/octet-stream";

  private final Path file;
  private final long start;
  private final long length;
  private @Nullable InputStream open;

  FilePart(Path file, long start, long length) {
    this.file = file;
    this.start = start;
    this.length = length;
  }

  RequestBody body() {
    return RequestBody.fromContentProvider(this, length, TYPE);
  }

  /** A stream over the range. The client does not close it: the next call does, or the end. */
  @Override
  public InputStream newStream() {
    try {
      close();
      FileChannel channel = FileChannel.open(file);
      InputStream in =
          new BufferedInputStream(
              new BoundedStream(Channels.newInputStream(channel.position(start)), length));
      open = in;
      return in;
    } catch (IOException e) {
      throw new UncheckedIOException("the temporary file " + file + " cannot be read", e);
    }
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
