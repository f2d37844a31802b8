package dev.whetstone.cli.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Stops processes, and finds those of one stack. */
final class StackProcesses {
  /** Environment variable of every process of a stack and of all their descendants. */
  static final String MARK = "WHETSTONE_STACK";

  /** Time for a parent to record the exit code of its child before it is stopped itself. */
  private static final Duration PARENT_GRACE = Duration.ofSeconds(2);

  private StackProcesses() {}

  /** Sends SIGTERM to all, waits up to {@code grace}, then kills those that are left. */
  static void stop(Collection<ProcessHandle> processes, Duration grace) {
    processes.forEach(ProcessHandle::destroy);
    long deadline = System.nanoTime() + grace.toNanos();
    for (ProcessHandle process : processes) {
      if (!awaitExit(process, Duration.ofNanos(deadline - System.nanoTime()))) {
        process.destroyForcibly();
        awaitExit(process, Duration.ofSeconds(10));
      }
    }
  }

  /**
   * Stops a process tree from its leaves upwards, so that a parent can react to the exit of its
   * child: the shell around a training worker records the worker's exit code.
   */
  static void stopChildrenFirst(Collection<ProcessHandle> processes, Duration grace) {
    List<ProcessHandle> left = processes.stream().filter(ProcessHandle::isAlive).toList();
    while (!left.isEmpty()) {
      Set<ProcessHandle> parents =
          left.stream().flatMap(process -> process.parent().stream()).collect(Collectors.toSet());
      Map<Boolean, List<ProcessHandle>> byParenthood =
          left.stream().collect(Collectors.partitioningBy(parents::contains));
      List<ProcessHandle> leaves = byParenthood.get(false);
      List<ProcessHandle> rest = byParenthood.get(true);
      Set<ProcessHandle> theirParents =
          leaves.stream().flatMap(process -> process.parent().stream()).collect(Collectors.toSet());
      stop(leaves, grace);
      awaitExits(rest.stream().filter(theirParents::contains).toList(), PARENT_GRACE);
      left = rest.stream().filter(ProcessHandle::isAlive).toList();
    }
  }

  private static void awaitExits(List<ProcessHandle> processes, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    for (ProcessHandle process : processes) {
      boolean ignored = awaitExit(process, Duration.ofNanos(deadline - System.nanoTime()));
    }
  }

  /** Whether the process exited within {@code limit}. */
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
   * Processes with the mark of the stack in {@code home}: its own and their descendants, such as
   * training attempts that outlived the training service. Empty on systems without {@code /proc}.
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

  /** Whether a process has the mark of the stack in {@code home}. */
  static boolean isMarked(ProcessHandle process, Path home) {
    return environmentOf(process.pid()).anyMatch((MARK + "=" + home)::equals);
  }

  private static Stream<String> environmentOf(long pid) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ"));
      return Stream.of(new String(bytes, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException e) {
      // Not readable, or exited: in both cases not a process of this stack.
      return Stream.empty();
    }
  }
}
