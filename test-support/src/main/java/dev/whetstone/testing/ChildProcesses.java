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
   * Returns when the child has written a line; discards later output.
   *
   * @param log error log of the child
   * @throws IllegalStateException with the log, when the child exits first, or does not write the
   *     line in time and is killed
   */
  public static void awaitLine(Process child, String expected, Path log, Duration within)
      throws IOException {
    var onTime = new CompletableFuture<Void>();
    // Reading has no timeout; it returns when the child exits.
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
                      ? "the child exited before it wrote"
                      : "killed the child, which within " + within + " did not write",
                  expected,
                  log,
                  Files.exists(log) ? Files.readString(log) : "does not exist"));
    }
    Thread.ofVirtual().start(() -> output.lines().forEach(ignored -> {}));
  }
}
