package dev.whetstone.cli.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * States that a backup is complete, and what it holds. It is written last: a folder without it is
 * no backup.
 *
 * @param format of the folder; a program refuses one that it does not know
 * @param begunAt before the first file was read, ISO 8601
 * @param pointAt the time of the state that a restore gives, ISO 8601
 * @param postgres major version that wrote the database files
 * @param platform operating system and processor; the database files fit no other
 * @param storeUri location of the object store: rows and messages name objects by it
 * @param files number of files that {@value #FILES} lists
 * @param bytes their size
 * @param records number of messages of Kafka
 * @param filesSha256 digest of {@value #FILES}
 */
public record BackupMarker(
    int format,
    String begunAt,
    String pointAt,
    String postgres,
    String platform,
    String storeUri,
    long files,
    long bytes,
    long records,
    String filesSha256) {
  static final int FORMAT = 1;
  static final String NAME = "backup.json";

  /** Every other file with its digest, as {@code sha256sum} writes and checks it. */
  static final String FILES = "files.sha256";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Operating system and processor of this machine. */
  static String thisPlatform() {
    return System.getProperty("os.name") + " " + System.getProperty("os.arch");
  }

  /**
   * Reads the marker of a complete backup.
   *
   * @throws RemedyException when there is none, or it is of another format
   */
  static BackupMarker read(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw new RemedyException(
          folder + " is no complete backup: it has no " + NAME,
          "use another backup; this one was interrupted, or the folder is not one");
    }
    BackupMarker marker;
    try {
      marker = JSON.readValue(file.toFile(), BackupMarker.class);
    } catch (IOException e) {
      throw new RemedyException(
          file + " cannot be read: " + e.getMessage(), "use another backup", e);
    }
    if (marker.format() != FORMAT) {
      throw new RemedyException(
          "%s has format %d, this program reads format %d".formatted(file, marker.format(), FORMAT),
          "restore it with the version of Whetstone that wrote it");
    }
    return marker;
  }

  byte[] toJson() throws IOException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
  }
}
