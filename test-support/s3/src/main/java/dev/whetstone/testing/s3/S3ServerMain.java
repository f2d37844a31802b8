package dev.whetstone.testing.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * Serves the API of S3 on loopback, from a folder, until standard input ends, which also happens
 * when the program that started it is killed. It checks signatures, checksums and conditions.
 */
public final class S3ServerMain {
  /** Written to standard output when it serves; the port follows. */
  public static final String READY = "s3 ready ";

  private S3ServerMain() {}

  /**
   * @param arguments folder, port (0 for any), access key, secret key, and buckets to create
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Files.createDirectories(folder);
    FilesystemNio2BlobStore store = new FilesystemNio2BlobStore(folder.toString());
    for (int i = 4; i < arguments.length; i++) {
      if (!store.containerExists(arguments[i])) {
        var unused = store.createContainer(arguments[i]);
      }
    }
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:" + arguments[1]))
            .awsAuthentication(AuthenticationType.AWS_V4, arguments[2], arguments[3])
            .build();
    proxy.start();
    System.out.println(READY + proxy.getPort());
    awaitEndOfInput();
    proxy.stop();
    System.exit(0);
  }

  private static void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Only the end of the input matters.
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
