package dev.whetstone.cli.stack;

import dev.whetstone.cli.terminal.ProgressDisplay;
import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/**
 * Held while a process starts or stops the stack. Two at a time could start a component twice, or
 * stop what the other has just started. The operating system releases the lock when the process
 * exits.
 */
final class StackLock implements AutoCloseable {
  /** Longer than a start takes. */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private final FileChannel channel;

  private StackLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Acquires the lock, waiting for the current holder.
   *
   * @throws RemedyException when the holder does not release it in time
   */
  static StackLock take(StackHome home, ProgressDisplay progress) {
    Optional<StackLock> immediate = tryTake(home);
    if (immediate.isPresent()) {
      return immediate.get();
    }
    return progress
        .await(
            "waiting for another ./whetstone that starts or stops this stack",
            TIMEOUT,
            () -> "",
            () -> tryTake(home))
        .orElseThrow(
            () ->
                new RemedyException(
                    "another process starts or stops this stack and does not finish",
                    "stop the process that holds " + home.lock()));
  }

  /** Acquires the lock unless it is held. */
  static Optional<StackLock> tryTake(StackHome home) {
    Path file = home.lock();
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock(channel)) {
        return Optional.of(new StackLock(channel));
      }
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      throw new RemedyException(
          "cannot write " + file + ": " + e.getMessage(),
          "free disk space or grant write access",
          e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new RemedyException(
          "cannot release the lock: " + e.getMessage(), "run the command again", e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Another thread of this process holds it.
      return false;
    }
  }
}
