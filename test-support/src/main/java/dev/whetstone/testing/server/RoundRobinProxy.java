package dev.whetstone.testing.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address on loopback whose requests go to several servers in turn, as a load balancer does.
 */
public final class RoundRobinProxy implements AutoCloseable {
  private final List<URI> servers;
  private final AtomicInteger next = new AtomicInteger();
  private final HttpServer listening;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public RoundRobinProxy(List<URI> servers) {
    this.servers = List.copyOf(servers);
    try {
      listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    listening.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    listening.createContext("/", this::forward);
    listening.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + listening.getAddress().getPort());
  }

  @Override
  public void close() {
    listening.stop(0);
    client.shutdownNow();
  }

  private void forward(HttpExchange exchange) throws IOException {
    try (exchange) {
      URI server = servers.get(Math.floorMod(next.getAndIncrement(), servers.size()));
      HttpRequest.Builder request =
          HttpRequest.newBuilder(server.resolve(exchange.getRequestURI().toString()))
              .timeout(Duration.ofMinutes(2))
              .method(
                  exchange.getRequestMethod(),
                  BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
      for (String header : List.of("Authorization", "Content-Type")) {
        String value = exchange.getRequestHeaders().getFirst(header);
        if (value != null) {
          request.header(header, value);
        }
      }
      HttpResponse<byte[]> reply = client.send(request.build(), BodyHandlers.ofByteArray());
      reply
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      byte[] body = reply.body();
      exchange.sendResponseHeaders(reply.statusCode(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
