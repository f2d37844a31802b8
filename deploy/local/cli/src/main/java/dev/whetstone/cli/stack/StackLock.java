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
 * Held by whoever starts or ends the stack. Two at a time would start a component twice, or end
 * what the other has just started. The system forgets it with the process.
 */
final class StackLock implements AutoCloseable {
  /** Longer than a start may take. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final FileChannel channel;

  private StackLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock, waiting for whoever has it.
   *
   * @throws RemedyException when it is not given back in time
   */
  static StackLock take(StackHome home, ProgressDisplay progress) {
    Optional<StackLock> atOnce = tryTake(home);
    if (atOnce.isPresent()) {
      return atOnce.get();
    }
    return progress
        .await(
            "another ./whetstone that starts or ends this stack",
            PATIENCE,
            () -> "",
            () -> tryTake(home))
        .orElseThrow(
            () ->
                new RemedyException(
                    "another process starts or ends this stack and does not finish",
                    "end it; it holds " + home.lock()));
  }

  /** Takes the lock unless somebody has it. */
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
          "cannot write " + file + ": " + e.getMessage(), "free space or give write access", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new RemedyException("cannot give back the lock: " + e.getMessage(), "run it again", e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Another thread of this process has it.
      return false;
    }
  }
}
