package dev.whetstone.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The PostgreSQL data directory, used while this process holds the lock beside it. Repairs what a
 * kill or a reboot left behind.
 */
record PostgresData(Path directory) {
  /** Marker file beside the directory: exists until the server has started once. */
  private Path marker() {
    return directory.resolveSibling("initialising");
  }

  /**
   * Stops a server that was left behind, and removes what prevents a new start: a partly
   * initialised data directory and the PID file of a dead server.
   */
  void prepare() throws IOException {
    var left = PostgresProcess.in(directory);
    if (left.isPresent()) {
      left.get().stop();
    } else {
      PostgresProcess.invalidatePidFile(directory);
    }
    if (Files.exists(marker())) {
      FileTrees.delete(directory);
    } else if (!Files.exists(directory.resolve("postgresql.conf"))) {
      // initdb writes that file long before it finishes, and is not run again once it exists.
      Files.createFile(marker());
    }
  }

  /** Records that the directory contains data that must be kept. */
  void markServed() throws IOException {
    if (Files.deleteIfExists(marker())) {
      // A marker that reappears after a power failure would cause the data to be deleted.
      try (FileChannel folder = FileChannel.open(directory.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    }
  }
}
