package dev.whetstone.kit.store.file;

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

/** Directories whose names survive a power cut: a name is stored in its parent directory. */
public final class DurableDirectories {
  private static final Logger LOG = Logger.getLogger(DurableDirectories.class);

  private DurableDirectories() {}

  /** Creates missing directories, and forces the new names to disk. */
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

  /** Forces a directory and its parents up to and including the root; any of them may be new. */
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
   * Deletes files that match a pattern and were last written longer ago than an age, measured by
   * the clock of the file system, which also set their times. A file that cannot be deleted stays:
   * a process that only reads the store need not have the right to.
   */
  public static void sweep(Path directory, String pattern, Duration age) {
    Path now = null;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, pattern)) {
      now = Files.createTempFile(directory, "clock-", ".tmp");
      Instant before = Files.getLastModifiedTime(now).toInstant().minus(age);
      for (Path file : files) {
        // Another process that opens the store may sweep at the same time.
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
