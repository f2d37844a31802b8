package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.ObjectContent;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;

/**
 * Content in a temporary file, so that its size and digest are known before it is sent, and a part
 * of it can be sent again.
 *
 * @param sha256 of all its bytes, hex
 */
record SpooledContent(Path file, long bytes, String sha256) implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * @param folder exists
   * @throws IOException when the content fails or the disk is full; nothing is left then
   */
  static SpooledContent of(Path folder, ObjectContent content) throws IOException {
    Path file = Files.createTempFile(folder, "put-", ".tmp");
    boolean complete = false;
    try (DigestOutputStream out =
        new DigestOutputStream(
            new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES),
            ContentDigests.newSha256())) {
      content.writeTo(out);
      out.flush();
      complete = true;
      return new SpooledContent(
          file, Files.size(file), ContentDigests.hex(out.getMessageDigest().digest()));
    } finally {
      if (!complete) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public void close() {
    // A file that cannot be deleted is swept when its age shows that it was left behind.
    if (!file.toFile().delete()) {
      file.toFile().deleteOnExit();
    }
  }
}
