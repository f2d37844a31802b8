package dev.whetstone.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A PostgreSQL server that runs on a data directory, started by any process. {@code pg_ctl}
 * detaches it, so it outlives a killed parent.
 *
 * @param data its data directory
 * @param process the postmaster, parent of all other server processes
 */
public record PostgresProcess(Path data, ProcessHandle process) {
  private static final long FAST_SHUTDOWN_SECONDS = 15;
  private static final String UNUSED_PID = Integer.toString(Integer.MAX_VALUE);

  /**
   * Finds the server through {@code postmaster.pid}. Empty when the process id has been reused by
   * another program.
   */
  public static Optional<PostgresProcess> in(Path data) {
    Path pidFile = data.resolve("postmaster.pid");
    try {
      List<String> lines = Files.readAllLines(pidFile);
      return Optional.of(lines)
          .filter(all -> !all.isEmpty() && all.getFirst().strip().matches("\\d+"))
          .flatMap(all -> ProcessHandle.of(Long.parseLong(all.getFirst().strip())))
          .filter(process -> runsOn(process, data))
          .map(process -> new PostgresProcess(data, process));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + pidFile, e);
    }
  }

  /**
   * Allows a server to start on a data directory whose previous server is dead. PostgreSQL refuses
   * to start while the recorded process id exists, even if another program has it: after a reboot,
   * for example, a thread of the JVM that starts it. Only the id is replaced, by one that no
   * operating system assigns; PostgreSQL uses the other lines to detect whether children of the
   * previous server still use its shared memory.
   */
  static void invalidatePidFile(Path data) throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(pidFile));
    if (lines.isEmpty()) {
      Files.delete(pidFile);
      return;
    }
    lines.set(0, UNUSED_PID);
    Files.write(pidFile, lines);
  }

  /**
   * Stops the server: a fast shutdown (SIGINT) first, so that it checkpoints; SIGKILL when that
   * takes too long.
   */
  public void stop() {
    try {
      int ignored =
          new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      process.onExit().get(FAST_SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    } catch (IOException | TimeoutException | ExecutionException e) {
      process.destroyForcibly();
      process.onExit().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The working directory of a postmaster is its data directory. */
  private static boolean runsOn(ProcessHandle process, Path data) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      Path workingDirectory = Path.of("/proc", Long.toString(process.pid()), "cwd");
      return Files.isSameFile(workingDirectory.toRealPath(), data);
    } catch (IOException e) {
      return process
          .info()
          .commandLine()
          .filter(line -> line.contains(data.toString()))
          .isPresent();
    }
  }
}
