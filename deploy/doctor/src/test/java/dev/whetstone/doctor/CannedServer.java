package dev.whetstone.doctor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * An HTTP server with one answer for each path: the health of services, and the lists and refusals
 * of model servers.
 */
final class CannedServer implements AutoCloseable {
  /**
   * @param key that a request must have as a bearer token; empty for none
   */
  private record Answer(int status, UnaryOperator<String> body, String key) {
    Answer(int status, String body, String key) {
      this(status, request -> body, key);
    }
  }

  private final HttpServer server;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  CannedServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  CannedServer answer(String path, int status, String body) {
    return answer(path, status, body, "");
  }

  CannedServer answer(String path, int status, String body, String key) {
    answers.put(path, new Answer(status, body, key));
    return this;
  }

  /** Answers 201 with a body that is made of the request's. */
  CannedServer answer(String path, UnaryOperator<String> body) {
    answers.put(path, new Answer(201, body, ""));
    return this;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer =
          answers.getOrDefault(
              exchange.getRequestURI().getPath(),
              new Answer(404, "{\"detail\":\"Not Found\"}", ""));
      String given = exchange.getRequestHeaders().getFirst("Authorization");
      if (!answer.key().isEmpty() && !("Bearer " + answer.key()).equals(given)) {
        answer = new Answer(401, "{\"error\":\"Unauthorized\"}", "");
      }
      String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      byte[] body = answer.body().apply(request).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
