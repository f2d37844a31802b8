package dev.whetstone.testing.server;

import static org.awaitility.Awaitility.await;

import dev.whetstone.embedded.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real model server in processes of its own, on loopback. The worker's {@code supervise.py}
 * starts it and ends it with all its descendants when this process closes the pipe between them,
 * which also happens if this process is killed.
 */
public final class ModelServerProcess implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(60);
  private static final int SHOWN_LINES = 30;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * How to run a server.
   *
   * @param command without the port, which is appended
   * @param log receives what the server prints
   * @param start longest time until it answers
   */
  public record Launch(
      Path python,
      List<String> command,
      Map<String, String> environment,
      Path log,
      Duration start) {}

  private final Launch launch;
  private final int port;
  private @Nullable Process process;

  private ModelServerProcess(Launch launch, int port) {
    this.launch = launch;
    this.port = port;
  }

  /** Starts a server and waits until it is ready. */
  public static ModelServerProcess start(Launch launch) {
    ModelServerProcess server = new ModelServerProcess(launch, LoopbackPorts.free());
    try {
      server.begin();
    } catch (RuntimeException | AssertionError e) {
      server.close();
      throw e;
    }
    return server;
  }

  /** Base URL, without {@code /v1}. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Ends the server and starts it again at the same address. */
  public void restart() {
    close();
    begin();
  }

  /** Whether its process runs and its health check succeeds. */
  public boolean isWell() {
    return process != null && process.isAlive() && health() == 200;
  }

  @Override
  public void close() {
    if (process == null) {
      return; // it could not be started
    }
    try {
      process.getOutputStream().close();
      if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the model server did not end; see " + launch.log());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  private void begin() {
    List<String> command = new ArrayList<>();
    command.add(launch.python().toString());
    command.add(
        ProjectFolder.of("training-service/worker/servertest").resolve("supervise.py").toString());
    command.addAll(launch.command());
    command.addAll(List.of("--port", Integer.toString(port)));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
    builder.environment().putAll(launch.environment());
    Process started;
    try {
      started = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the model server: " + command.getFirst(), e);
    }
    process = started;
    await()
        .atMost(launch.start())
        .pollInterval(Duration.ofMillis(200))
        .failFast(() -> requireAlive(started))
        .until(() -> health() == 200);
  }

  private void requireAlive(Process started) {
    if (!started.isAlive()) {
      throw new AssertionError(lastLines());
    }
  }

  private String lastLines() {
    try (Stream<String> all = Files.lines(launch.log())) {
      Deque<String> last = new ArrayDeque<>();
      all.forEach(
          line -> {
            last.addLast(line);
            if (last.size() > SHOWN_LINES) {
              last.removeFirst();
            }
          });
      return "the model server ended: " + String.join("\n", last);
    } catch (IOException e) {
      return "the model server ended, and its log cannot be read: " + e.getMessage();
    }
  }

  private int health() {
    HttpRequest request =
        HttpRequest.newBuilder(url().resolve("/health")).timeout(Duration.ofSeconds(5)).build();
    try {
      return CLIENT.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }
}
