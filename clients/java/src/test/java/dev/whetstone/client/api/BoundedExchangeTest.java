package dev.whetstone.client.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BoundedExchangeTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/small", exchange -> answer(exchange, 10));
    server.createContext("/endless", exchange -> answer(exchange, Long.MAX_VALUE));
    server.createContext("/trickle", this::trickle);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    client.shutdownNow();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void shouldReadAnAnswerWithinTheLimits() throws Exception {
    assertThat(send("/small", Duration.ofSeconds(10)).body()).hasSize(10);
  }

  @Test
  void shouldCutAnAnswerThatNeverEnds() {
    assertThatThrownBy(() -> send("/endless", Duration.ofSeconds(30)))
        .isInstanceOf(BoundedExchange.UnusableAnswerException.class)
        .hasMessage("answered more than 100000 bytes");
  }

  @Test
  void shouldCutAnAnswerThatArrivesByteByByte() {
    assertThatThrownBy(() -> send("/trickle", Duration.ofSeconds(1)))
        .isInstanceOf(BoundedExchange.UnusableAnswerException.class)
        .hasMessage("no complete answer within 1 s");
  }

  private HttpResponse<byte[]> send(String path, Duration within) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    return BoundedExchange.send(client, HttpRequest.newBuilder(uri).build(), within, 100_000);
  }

  private static void answer(HttpExchange exchange, long bytes) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      for (long sent = 0; sent < bytes; sent += 10) {
        body.write("0123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      }
    }
  }

  private void trickle(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      while (!end.await(20, TimeUnit.MILLISECONDS)) {
        body.write(' ');
        body.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
