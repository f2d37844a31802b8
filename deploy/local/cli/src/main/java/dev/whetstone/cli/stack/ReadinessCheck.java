package dev.whetstone.cli.stack;

import dev.whetstone.client.api.BoundedExchange;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.embedded.InfrastructureMain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Checks from outside whether a component is usable. */
final class ReadinessCheck {
  private static final int LOG_LINES_SHOWN = 15;
  private static final int CONNECT_MILLIS = 1_000;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

  /** Another program can listen on a service's port. */
  private static final long MOST_ANSWER_BYTES = 1 << 20;

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();

  private ReadinessCheck() {}

  static boolean isReady(StackComponent component, StackOptions options) {
    return switch (component) {
      case INFRA ->
          lines(options.home().log(component)).contains(InfrastructureMain.READY)
              && isOpen(options.ports().kafka())
              && isOpen(options.ports().postgres());
      case MODEL_SERVER -> answers(options.ports().http(component), "/v1/models");
      case INGEST, CURATION, TRAINING, EVAL ->
          answers(options.ports().management(component), "/q/health/ready");
    };
  }

  /** The newest line of a component's log, without colours, shortened for a terminal. */
  static String lastLine(StackOptions options, StackComponent component) {
    List<String> lines = lines(options.home().log(component));
    return lines.reversed().stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .findFirst()
        .map(line -> line.length() > 100 ? line.substring(0, 100) : line)
        .orElse("");
  }

  /** The last lines of a component's log, indented. */
  static String endOfLog(StackOptions options, StackComponent component) {
    List<String> lines = lines(options.home().log(component));
    return String.join(
        "\n",
        lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()).stream()
            .map(line -> "    " + line)
            .toList());
  }

  static List<String> lines(Path log) {
    try {
      return Files.exists(log)
          ? Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1).lines().toList()
          : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Either server can fail after the process has reported both as ready. */
  private static boolean isOpen(int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean answers(int port, String path) {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    HttpRequest request = HttpRequest.newBuilder(uri).GET().build();
    try {
      return BoundedExchange.send(CLIENT, request, ANSWER_WITHIN, MOST_ANSWER_BYTES).statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
