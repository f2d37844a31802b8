package dev.whetstone.cli.command.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.whetstone.client.api.ApiClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointCheckTest {
  private HttpServer server;
  private volatile String models = "{\"data\": [{\"id\": \"support-base\"}]}";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/models",
        exchange -> {
          byte[] body = models.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Optional<String> warning(String endpoint) {
    return EndpointCheck.warning(
        ApiClient.JSON
            .createObjectNode()
            .put("endpoint", endpoint)
            .put("baseName", "support-base"));
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Test
  void shouldAcceptAServerThatServesTheBase() {
    assertThat(warning(url())).isEmpty();
  }

  @Test
  void shouldWarnOfAnotherStacksServer() {
    models = "{\"data\": [{\"id\": \"other-base\"}]}";

    assertThat(warning(url()).orElseThrow())
        .contains("support-base", "other-base", "another stack");
  }

  @Test
  void shouldWarnWhenNothingAnswers() {
    String url = url();
    server.stop(0);

    assertThat(warning(url).orElseThrow()).contains("nothing answers", url);
  }
}
