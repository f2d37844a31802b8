package dev.whetstone.kit.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Directories whose names outlive a power cut: a name is in the directory above it. */
final class DurableDirectories {
  private static final Logger LOG = Logger.getLogger(DurableDirectories.class);

  private DurableDirectories() {}

  /** Makes what is missing, and forces the new names to disk. */
  static void make(Path directory) throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path each = directory; each != null && !Files.exists(each); each = each.getParent()) {
      missing.add(each);
    }
    Files.createDirectories(directory);
    for (Path each : missing) {
      force(each.getParent());
    }
  }

  /** Forces a directory and those above it, up to and with the root; any of them may be new. */
  static void forceUpTo(Path root, Path directory) throws IOException {
    for (Path each = directory; each.startsWith(root); each = each.getParent()) {
      force(each);
    }
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Deletes files of a pattern that nobody wrote to for so long. The file system's own clock says
   * how long that is, since it also set their times. What cannot be deleted is left: whoever only
   * reads need not be able to.
   */
  static void sweep(Path directory, String pattern, Duration age) {
    Path now = null;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, pattern)) {
      now = Files.createTempFile(directory, "clock-", ".tmp");
      Instant before = Files.getLastModifiedTime(now).toInstant().minus(age);
      for (Path file : files) {
        // Somebody else who opens the store may sweep at the same time.
        if (Files.exists(file) && Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      LOG.warnf("leftovers-not-swept directory=%s reason=%s", directory, e.getMessage());
    } finally {
      if (now != null) {
        now.toFile().delete();
      }
    }
  }
}
