package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that has ended.
 *
 * @param output standard output and standard error, interleaved
 */
record ProgramRun(List<String> command, int exitCode, String output) {

  /**
   * Runs a program without input; one that is not done within the limit is ended and fails the
   * test.
   */
  static ProgramRun of(Duration limit, Map<String, String> environment, List<String> command) {
    Path output = null;
    Process process = null;
    try {
      output = Files.createTempFile("program", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .redirectInput(Path.of("/dev/null").toFile());
      builder.environment().putAll(environment);
      process = builder.start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "not done within %s: %s%n%s".formatted(limit, command, Files.readString(output)));
      }
      return new ProgramRun(command, process.exitValue(), Files.readString(output));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + command, e);
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
      delete(output);
    }
  }

  /** The output of a program that must have succeeded. */
  String succeeded() {
    assertThat(exitCode).as("%s%n%s", command, output).isZero();
    return output;
  }

  /** The output of a program that must have failed. */
  String failed() {
    assertThat(exitCode).as("%s succeeded%n%s", command, output).isNotZero();
    return output;
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
