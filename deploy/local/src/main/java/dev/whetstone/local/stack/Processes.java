package dev.whetstone.local.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Ending processes, and finding those of one stack. */
final class Processes {
  /** Every process of a stack, and every process that such a process starts, carries this. */
  static final String MARK = "WHETSTONE_STACK";

  private Processes() {}

  /** Asks all to end, waits up to {@code grace}, then ends by force whatever is left. */
  static void end(Collection<ProcessHandle> processes, Duration grace) {
    processes.forEach(ProcessHandle::destroy);
    long deadline = System.nanoTime() + grace.toNanos();
    for (ProcessHandle process : processes) {
      if (!awaitExit(process, Duration.ofNanos(deadline - System.nanoTime()))) {
        process.destroyForcibly();
        awaitExit(process, Duration.ofSeconds(10));
      }
    }
  }

  /** Whether the process ended within {@code limit}. */
  static boolean awaitExit(ProcessHandle process, Duration limit) {
    try {
      process.onExit().get(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return !process.isAlive();
    } catch (ExecutionException e) {
      return !process.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }

  /**
   * Processes that carry the mark of the stack in {@code home}: its own and those they started,
   * such as training attempts that outlived the training service. Empty where the system does not
   * tell environments (it needs {@code /proc}).
   */
  static List<ProcessHandle> marked(Path home) {
    if (!Files.isDirectory(Path.of("/proc/self"))) {
      return List.of();
    }
    String mark = MARK + "=" + home;
    long self = ProcessHandle.current().pid();
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != self)
        .filter(process -> environmentOf(process.pid()).anyMatch(mark::equals))
        .toList();
  }

  /** Whether one process carries the mark of the stack in {@code home}. */
  static boolean isMarked(ProcessHandle process, Path home) {
    return environmentOf(process.pid()).anyMatch((MARK + "=" + home)::equals);
  }

  /**
   * Processes whose working directory lies under {@code folder}. PostgreSQL is found this way: it
   * works in its data directory and writes its title over its environment.
   */
  static List<ProcessHandle> workingIn(Path folder) {
    return ProcessHandle.allProcesses().filter(process -> worksIn(process, folder)).toList();
  }

  static boolean worksIn(ProcessHandle process, Path folder) {
    try {
      return Path.of("/proc", Long.toString(process.pid()), "cwd").toRealPath().startsWith(folder);
    } catch (IOException e) {
      return false;
    }
  }

  private static Stream<String> environmentOf(long pid) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ"));
      return Stream.of(new String(bytes, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException e) {
      // Not ours to read, or gone meanwhile: either way not a process of this stack.
      return Stream.empty();
    }
  }
}
