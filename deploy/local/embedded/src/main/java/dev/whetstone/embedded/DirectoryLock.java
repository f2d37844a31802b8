package dev.whetstone.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Marks a directory as used by a running process. The operating system releases the lock when the
 * process exits.
 */
final class DirectoryLock implements AutoCloseable {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Acquires the lock of {@code directory}, creating the directory if needed.
   *
   * @throws InfrastructureException when another process or object holds it
   */
  static DirectoryLock take(Path directory) {
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock(channel)) {
        return new DirectoryLock(channel);
      }
      channel.close();
    } catch (IOException e) {
      throw new InfrastructureException(
          "cannot use %s: %s. Grant write access or free disk space."
              .formatted(directory, e.getMessage()),
          e);
    }
    throw new InfrastructureException(
        "another process uses %s. Stop it first: ./whetstone down".formatted(directory), null);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new InfrastructureException("cannot release the directory lock: " + e.getMessage(), e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // This process holds it already.
      return false;
    }
  }
}
