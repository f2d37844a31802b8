package dev.whetstone.kit.start;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ReadinessProbeTest {
  @Test
  void shouldTellReadyFromNotReadyAndFromNoAnswer() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/ready", exchange -> exchange.sendResponseHeaders(200, -1));
    server.createContext("/starting", exchange -> exchange.sendResponseHeaders(503, -1));
    server.start();
    String base = "http://127.0.0.1:" + server.getAddress().getPort();
    try {
      assertThat(ReadinessProbe.isReady(URI.create(base + "/ready"))).isTrue();
      assertThat(ReadinessProbe.isReady(URI.create(base + "/starting"))).isFalse();
    } finally {
      server.stop(0);
    }
    assertThat(ReadinessProbe.isReady(URI.create(base + "/ready"))).isFalse();
  }
}
