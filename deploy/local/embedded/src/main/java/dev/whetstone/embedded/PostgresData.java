package dev.whetstone.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * PostgreSQL's data directory, while this process holds the lock beside it: made fit for a start
 * whatever a kill or a reboot left there.
 */
record PostgresData(Path directory) {
  /** Marks, beside the directory, that it has never served. */
  private Path marker() {
    return directory.resolveSibling("initialising");
  }

  /**
   * Ends a server that was left behind, and removes what would keep a new one from starting: a data
   * directory that was never initialised to its end, and the word of a server that is no more.
   */
  void prepare() throws IOException {
    var left = PostgresProcess.in(directory);
    if (left.isPresent()) {
      left.get().end();
    } else {
      PostgresProcess.disown(directory);
    }
    if (Files.exists(marker())) {
      FileTrees.delete(directory);
    } else if (!Files.exists(directory.resolve("postgresql.conf"))) {
      // initdb writes that file long before it is done, and is not run again once it is there.
      Files.createFile(marker());
    }
  }

  /** From now on there is something to lose in it. */
  void served() throws IOException {
    if (Files.deleteIfExists(marker())) {
      // A marker that came back after a power cut would cost the data.
      try (FileChannel folder = FileChannel.open(directory.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    }
  }
}
