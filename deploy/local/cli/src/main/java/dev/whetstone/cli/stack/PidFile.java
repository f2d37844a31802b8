package dev.whetstone.cli.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The process of a component. The start time is stored with the process id, because the operating
 * system reuses ids.
 *
 * @param startedAtMillis start of the process as reported by the operating system, milliseconds
 *     since 1970
 */
public record PidFile(String name, long pid, long startedAtMillis, List<String> command) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The operating system derives start times from the boot time, which shifts with clock
   * adjustments.
   */
  private static final Duration TOLERANCE = Duration.ofSeconds(3);

  /** Describes a process that was just started. */
  public static PidFile of(String name, ProcessHandle process, List<String> command) {
    return new PidFile(name, process.pid(), startMillis(process).orElse(0L), command);
  }

  /** Reads {@code file}; empty when it does not exist or is incomplete. */
  public static Optional<PidFile> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(file.toFile(), PidFile.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The process that {@code file} names, if it is alive and was not replaced by another. */
  static Optional<ProcessHandle> processIn(Path file) {
    return read(file).flatMap(PidFile::process);
  }

  /** Writes {@code file} atomically, so that no reader sees a part of it. */
  public void write(Path file) {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(file.getParent());
      JSON.writeValue(draft.toFile(), this);
      Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new RemedyException(
          "cannot write " + file + ": " + e.getMessage(),
          "free disk space or grant write access",
          e);
    }
  }

  /** The process, if it is alive and its start time matches. */
  public Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::isTheSame);
  }

  private boolean isTheSame(ProcessHandle process) {
    return startMillis(process)
        .map(start -> Math.abs(start - startedAtMillis) <= TOLERANCE.toMillis())
        .orElse(startedAtMillis == 0);
  }

  private static Optional<Long> startMillis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli);
  }
}
