package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.store.ObjectStoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Keeps the local copies within their limit; the time of a copy's folder is its last use. */
final class LocalCopyEviction {
  private static final Logger LOG = Logger.getLogger(LocalCopyEviction.class);

  /** Folders of copies that are being written begin with this. */
  static final String WRITING = "copy-";

  /** A copy that was handed out this recently may not have been opened yet. */
  private static final Duration IN_USE = Duration.ofMinutes(10);

  private final Path copies;
  private final long limit;

  LocalCopyEviction(Path copies, long limit) {
    this.copies = copies;
    this.limit = limit;
  }

  private record Copy(Path folder, long bytes, Instant used) {}

  /** Records that a copy is handed out, by the clock of the file system. */
  void touch(Path copy) throws IOException {
    Files.setLastModifiedTime(copy, now());
  }

  /**
   * Deletes copies until so many bytes more fit.
   *
   * @param wanted for messages
   * @throws ObjectStoreException when they cannot fit
   */
  synchronized void makeRoom(long bytes, S3Location wanted) throws IOException {
    List<Copy> all = copies();
    long taken = all.stream().mapToLong(Copy::bytes).sum();
    Instant before = now().toInstant().minus(IN_USE);
    for (Copy copy : all) {
      if (taken + bytes <= limit) {
        return;
      }
      if (copy.used().isBefore(before)) {
        delete(copy.folder());
        taken -= copy.bytes();
        LOG.infof("local-copy-evicted copy=%s bytes=%d", copy.folder(), copy.bytes());
      }
    }
    if (taken + bytes > limit) {
      throw new ObjectStoreException(
          "%s has %d bytes and does not fit beside the local copies in use: %d of %d bytes in %s. Raise whetstone.s3.cache-bytes"
              .formatted(wanted, bytes, taken, limit, copies));
    }
  }

  /** Deletes what processes that were killed had not finished. */
  void sweep(Path writing, Duration age) {
    try (Stream<Path> folders = Files.list(writing)) {
      Instant before = now().toInstant().minus(age);
      for (Path folder : folders.filter(LocalCopyEviction::isBeingWritten).toList()) {
        if (Files.getLastModifiedTime(folder).toInstant().isBefore(before)) {
          delete(folder);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warnf("leftovers-not-swept directory=%s reason=%s", writing, e.getMessage());
    }
  }

  private static boolean isBeingWritten(Path folder) {
    return folder.getFileName().toString().startsWith(WRITING);
  }

  /** Deletes a folder; another process may be deleting it, too. */
  void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (NoSuchFileException e) {
      LOG.debugf("local-copy-gone copy=%s", folder);
    } catch (IOException | UncheckedIOException e) {
      LOG.warnf("local-copy-not-deleted copy=%s reason=%s", folder, e.getMessage());
    }
  }

  /** The one that was not used for longest first. */
  private List<Copy> copies() throws IOException {
    try (Stream<Path> folders = Files.list(copies)) {
      return folders
          .flatMap(folder -> copy(folder).stream())
          .sorted(Comparator.comparing(Copy::used))
          .toList();
    }
  }

  private static Optional<Copy> copy(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes =
          files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      return Optional.of(new Copy(folder, bytes, Files.getLastModifiedTime(folder).toInstant()));
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private FileTime now() throws IOException {
    Path file = Files.createTempFile(copies.getParent(), "clock-", ".tmp");
    try {
      return Files.getLastModifiedTime(file);
    } finally {
      Files.delete(file);
    }
  }
}
