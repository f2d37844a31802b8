package dev.whetstone.cli.backup;

import dev.whetstone.client.RemedyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.Optional;

/** A complete backup. */
public final class BackupFolder {
  private static final int SHA256_CHARACTERS = 64;
  private static final String GAP = "  ";

  private final Path folder;
  private final BackupMarker marker;

  private BackupFolder(Path folder, BackupMarker marker) {
    this.folder = folder;
    this.marker = marker;
  }

  /**
   * Opens a backup.
   *
   * @throws RemedyException when it is incomplete, or its list of files was changed
   */
  public static BackupFolder open(Path folder) {
    BackupMarker marker = BackupMarker.read(folder);
    Path list = folder.resolve(BackupMarker.FILES);
    if (!digest(list).equals(marker.filesSha256())) {
      throw new RemedyException(list + " was changed after the backup", "use another backup");
    }
    return new BackupFolder(folder, marker);
  }

  public BackupMarker marker() {
    return marker;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** One line of the list. */
  record Listed(String name, String sha256) {}

  /** What is done with a listed file. */
  @FunctionalInterface
  interface Visitor {
    void visit(Listed file) throws IOException;
  }

  /** Passes on each listed file whose name begins like this, in the order of the list. */
  void each(String prefix, Visitor visitor) throws IOException {
    Path root = folder.toAbsolutePath().normalize();
    try (BufferedReader lines = Files.newBufferedReader(folder.resolve(BackupMarker.FILES))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String name = line.substring(SHA256_CHARACTERS + GAP.length());
        if (!root.resolve(name).normalize().startsWith(root)) {
          throw new RemedyException(
              folder + " lists a file outside of itself: " + name, "use another backup");
        }
        if (name.startsWith(prefix)) {
          visitor.visit(new Listed(name, line.substring(0, SHA256_CHARACTERS)));
        }
      }
    }
  }

  /** The digest of a listed file. */
  Optional<String> sha256(String name) throws IOException {
    String[] found = new String[1];
    each(
        name,
        file -> {
          if (file.name().equals(name)) {
            found[0] = file.sha256();
          }
        });
    return Optional.ofNullable(found[0]);
  }

  /**
   * Reads every file and compares its digest.
   *
   * @throws RemedyException naming the first file that is missing or has other bytes
   */
  public void verify() {
    long[] files = new long[1];
    try {
      each(
          "",
          file -> {
            if (!digest(file(file.name())).equals(file.sha256())) {
              throw new RemedyException(
                  file(file.name()) + " has other bytes than the backup wrote",
                  "use another backup");
            }
            files[0]++;
          });
    } catch (IOException e) {
      throw new RemedyException(
          "the backup " + folder + " cannot be read: " + e.getMessage(), "grant read access", e);
    }
    if (files[0] != marker.files()) {
      throw new RemedyException(
          "%s lists %d files, its marker says %d".formatted(folder, files[0], marker.files()),
          "use another backup");
    }
  }

  private static String digest(Path file) {
    var sha256 = BackupWriter.newSha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
      long ignored = in.transferTo(OutputStream.nullOutputStream());
    } catch (NoSuchFileException e) {
      throw new RemedyException("the backup lacks the file " + file, "use another backup", e);
    } catch (IOException e) {
      throw new RemedyException(
          file + " cannot be read: " + e.getMessage(), "grant read access", e);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }
}
