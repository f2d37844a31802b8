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
 * A PostgreSQL server that runs on a data directory, whoever started it. It is a process of its
 * own, not a child: {@code pg_ctl} lets go of it, and it outlives a killed parent.
 *
 * @param data its data directory
 * @param process the first of its processes, the parent of all others
 */
public record PostgresProcess(Path data, ProcessHandle process) {
  private static final long FAST_SHUTDOWN_SECONDS = 15;
  private static final String NOBODY = Integer.toString(Integer.MAX_VALUE);

  /**
   * Finds it by {@code postmaster.pid}; a process id that someone else has by now does not count.
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
   * Lets a server start on a data directory whose former server is no more. PostgreSQL refuses as
   * long as the process id that the former one left is anybody's, after a reboot for example that
   * of a thread of the JVM that starts it. Only the id is replaced, by one that no system gives
   * away: by the rest PostgreSQL sees whether children of the former server still use its memory.
   */
  static void disown(Path data) throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(pidFile));
    if (lines.isEmpty()) {
      Files.delete(pidFile);
      return;
    }
    lines.set(0, NOBODY);
    Files.write(pidFile, lines);
  }

  /** Ends it: a fast shutdown (SIGINT) first, so that it checkpoints; by force when that hangs. */
  public void end() {
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

  /** A postmaster's working directory is its data directory. */
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
