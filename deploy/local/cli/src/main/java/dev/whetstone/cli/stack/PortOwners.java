package dev.whetstone.cli.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Determines whether a TCP port on 127.0.0.1 is in use, and by which process. */
final class PortOwners {
  private static final String LISTENING = "0A";

  private PortOwners() {}

  static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      // Like servers do: a port in TIME_WAIT counts as free.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The process that listens on {@code port}, if the operating system reports it. */
  static Optional<ProcessHandle> of(int port) {
    Set<String> inodes =
        Stream.of("/proc/net/tcp", "/proc/net/tcp6")
            .flatMap(file -> lines(Path.of(file)))
            .flatMap(line -> listeningInode(line, port).stream())
            .collect(Collectors.toSet());
    return inodes.isEmpty()
        ? Optional.empty()
        : ProcessHandle.allProcesses()
            .filter(process -> holdsSocket(process.pid(), inodes))
            .findFirst();
  }

  /** The id and shortened command line of a process. */
  static String describe(ProcessHandle process) {
    String command =
        process
            .info()
            .commandLine()
            .or(() -> process.info().command())
            .orElse("command line unknown");
    String shown = command.length() > 160 ? command.substring(0, 157) + "..." : command;
    return "process " + process.pid() + " (" + shown + ")";
  }

  /** The inode in a line of {@code /proc/net/tcp}, if it is a listener on {@code port}. */
  static Optional<String> listeningInode(String line, int port) {
    String[] fields = line.strip().split("\\s+");
    if (fields.length < 10 || !LISTENING.equals(fields[3])) {
      return Optional.empty();
    }
    String local = fields[1];
    String hexPort = local.substring(local.lastIndexOf(':') + 1);
    return Integer.parseInt(hexPort, 16) == port ? Optional.of(fields[9]) : Optional.empty();
  }

  private static boolean holdsSocket(long pid, Set<String> inodes) {
    Path folder = Path.of("/proc", Long.toString(pid), "fd");
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(folder)) {
      for (Path descriptor : descriptors) {
        String target = Files.readSymbolicLink(descriptor).toString();
        if (target.startsWith("socket:[")
            && inodes.contains(target.substring(8, target.length() - 1))) {
          return true;
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // A process of another user, or one that has exited: it cannot be inspected.
      return false;
    }
    return false;
  }

  private static Stream<String> lines(Path file) {
    try {
      List<String> all = Files.readAllLines(file);
      return all.stream().skip(1);
    } catch (IOException e) {
      return Stream.empty();
    }
  }
}
