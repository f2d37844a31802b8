package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Starts processes that outlive this one. Each gets its own session, so that Ctrl-C in a terminal
 * reaches only the command line, which decides what to stop.
 */
final class ProcessLauncher {
  private ProcessLauncher() {}

  /**
   * Starts a process with its output in {@code log}; an earlier log is kept as {@code .1}.
   *
   * @throws RemedyException naming the program when it cannot be started
   */
  static Process start(
      List<String> command, Map<String, String> environment, Path directory, Path log) {
    List<String> full = new ArrayList<>(ownSession());
    full.addAll(command);
    try {
      Files.createDirectories(log.getParent());
      if (Files.exists(log)) {
        Files.move(
            log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
      }
      ProcessBuilder builder = new ProcessBuilder(full).directory(directory.toFile());
      builder.environment().putAll(environment);
      builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      return builder.start();
    } catch (IOException e) {
      throw new RemedyException(
          "cannot start " + command.getFirst() + ": " + e.getMessage(),
          "check that the file exists and is executable",
          e);
    }
  }

  /**
   * {@code setsid}, which replaces itself with the command, so that the process id stays the same.
   */
  private static List<String> ownSession() {
    return Stream.of("/usr/bin/setsid", "/bin/setsid")
        .filter(program -> Files.isExecutable(Path.of(program)))
        .findFirst()
        .map(List::of)
        .orElse(
            List.of(
                "perl", "-e", "use POSIX qw(setsid); setsid(); exec { $ARGV[0] } @ARGV;", "--"));
  }
}
