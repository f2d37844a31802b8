package dev.whetstone.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Waits for processes that tests start. */
public final class ChildProcesses {
  private ChildProcesses() {}

  /**
   * Returns when the child has written a line; what it writes later is thrown away.
   *
   * @param log where it says what is wrong
   * @throws IllegalStateException with the log, when the child ends before, or has not written it
   *     in time and is ended for it
   */
  public static void awaitLine(Process child, String expected, Path log, Duration within)
      throws IOException {
    var onTime = new CompletableFuture<Void>();
    // Reading has no limit of its own; it ends when the child does.
    var unused =
        onTime
            .orTimeout(within.toMillis(), TimeUnit.MILLISECONDS)
            .exceptionally(
                late -> {
                  child.destroyForcibly();
                  return null;
                });
    var output = child.inputReader();
    String line = output.readLine();
    while (line != null && !line.equals(expected)) {
      line = output.readLine();
    }
    boolean inTime = onTime.complete(null);
    if (line == null) {
      throw new IllegalStateException(
          "%s '%s'; its log %s:%n%s"
              .formatted(
                  inTime
                      ? "the child ended before it wrote"
                      : "ended the child, which within " + within + " did not write",
                  expected,
                  log,
                  Files.exists(log) ? Files.readString(log) : "is not there"));
    }
    Thread.ofVirtual().start(() -> output.lines().forEach(ignored -> {}));
  }
}
