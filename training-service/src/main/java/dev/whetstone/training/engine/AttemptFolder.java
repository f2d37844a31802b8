package dev.whetstone.training.engine;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The files of one attempt's worker. */
record AttemptFolder(Path path) {
  /** The exit code of a worker that is gone without its keeper having recorded one. */
  static final int UNKNOWN_EXIT = 255;

  private static final int LAST_WORDS = 2_000;

  Path spec() {
    return path.resolve("run-spec.json");
  }

  Path log() {
    return path.resolve("worker.log");
  }

  Path pid() {
    return path.resolve("pid");
  }

  Path exit() {
    return path.resolve("exit");
  }

  private Path kept() {
    return path.resolve("kept");
  }

  /** Whether a keeper was started for the attempt. */
  boolean isKept() {
    return Files.isDirectory(kept());
  }

  /** Seconds since the keeper was started, by the file system's own clock. */
  long secondsKept() throws IOException {
    Path probe = Files.createTempFile(path, "now", "");
    try {
      return Files.getLastModifiedTime(probe).to(TimeUnit.SECONDS)
          - Files.getLastModifiedTime(kept()).to(TimeUnit.SECONDS);
    } finally {
      Files.delete(probe);
    }
  }

  /** Written before the process is started. */
  void writeSpec(byte[] json) throws IOException {
    Files.createDirectories(path);
    Path partial = Files.createTempFile(path, "run-spec", ".partial");
    Files.write(partial, json);
    Files.move(
        partial, spec(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  Optional<ProcessIdentity> process() throws IOException {
    return ProcessIdentity.read(pid());
  }

  /** The shell that waits for the worker. */
  Optional<ProcessIdentity> keeper() throws IOException {
    return ProcessIdentity.read(path.resolve("keeper"));
  }

  /**
   * The recorded exit code; empty while the worker runs, or when its keeper was killed. A power
   * loss can leave the file without content; it has ended the worker as well.
   */
  OptionalInt exitCode() throws IOException {
    try {
      return OptionalInt.of(Integer.parseInt(Files.readString(exit()).strip()));
    } catch (NoSuchFileException e) {
      return OptionalInt.empty();
    } catch (NumberFormatException e) {
      return OptionalInt.of(UNKNOWN_EXIT);
    }
  }

  /** Deletes the folder with everything in it; the exit code last, so that it ended until then. */
  void delete() throws IOException {
    if (!Files.isDirectory(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(exit()) && !file.equals(path)) {
          Files.deleteIfExists(file);
        }
      }
    }
    Files.deleteIfExists(exit());
    Files.deleteIfExists(path);
  }

  /** The last lines of the log. */
  String lastWords() throws IOException {
    if (!Files.exists(log())) {
      return "";
    }
    try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "r")) {
      long start = Math.max(0, file.length() - LAST_WORDS);
      byte[] tail = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(tail);
      return new String(tail, StandardCharsets.UTF_8).strip();
    }
  }
}
