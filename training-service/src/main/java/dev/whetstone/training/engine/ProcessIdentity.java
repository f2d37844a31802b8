package dev.whetstone.training.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Identifies a process by its id and its start time, because the system reuses process ids.
 *
 * @param pid process id
 * @param startTicks field 22 of {@code /proc/<pid>/stat}; 0 where there is no such file
 * @param notedAt when the id was recorded
 */
record ProcessIdentity(long pid, long startTicks, Instant notedAt) {
  private static final int STATE = 0;
  private static final int START_TICKS = 19;

  /** Tolerance between the recorded time and the start time that the system reports. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  /**
   * Reads {@code <pid> <startTicks>}; empty while the file does not exist, and when it has no
   * content: a power loss can lose the content of a file, and has ended the process.
   */
  static Optional<ProcessIdentity> read(Path file) throws IOException {
    try {
      String[] parts = Files.readString(file).strip().split(" ");
      long ticks = parts.length > 1 && !parts[1].isEmpty() ? Long.parseLong(parts[1]) : 0;
      return Optional.of(
          new ProcessIdentity(
              Long.parseLong(parts[0]), ticks, Files.getLastModifiedTime(file).toInstant()));
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether this process still runs. A zombie does not. */
  boolean isAlive() {
    Optional<ProcessHandle> handle = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (handle.isEmpty()) {
      return false;
    }
    Optional<String[]> stat = stat();
    if (stat.isPresent()) {
      String[] fields = stat.get();
      boolean same = startTicks == 0 || Long.parseLong(fields[START_TICKS]) == startTicks;
      return same && !"Z".equals(fields[STATE]) && !"X".equals(fields[STATE]);
    }
    return handle
        .get()
        .info()
        .startInstant()
        .map(start -> !start.isAfter(notedAt.plus(TOLERANCE)))
        .orElse(true);
  }

  /** The handle of the process, if it still runs. */
  Optional<ProcessHandle> handle() {
    return isAlive() ? ProcessHandle.of(pid) : Optional.empty();
  }

  /** Fields of {@code /proc/<pid>/stat} after the command's name, which may hold spaces. */
  private Optional<String[]> stat() {
    try {
      String line =
          new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(pid), "stat")),
              StandardCharsets.ISO_8859_1);
      return Optional.of(line.substring(line.lastIndexOf(')') + 2).split(" "));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
