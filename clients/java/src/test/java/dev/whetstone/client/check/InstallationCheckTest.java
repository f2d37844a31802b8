package dev.whetstone.client.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstallationCheckTest {
  private static final String FATE_PATH = "/v1/loops/support/fates/app/f";
  private final Map<String, String> settings = new HashMap<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    settings.put(InstallationCheck.INGEST, url);
    settings.put(InstallationCheck.CURATION, url);
    settings.put(InstallationCheck.LOOP, "support");
    settings.put(InstallationCheck.KEY, "wst_key\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void shouldSendAFeedbackAndWaitForItsFate() {
    answer(
        "/v1/loops/support/feedback",
        202,
        "{\"status\": \"accepted\", \"why\": \"https://public.example/curation"
            + FATE_PATH
            + "\"}");
    var asked = new AtomicInteger();
    server.createContext(
        FATE_PATH,
        exchange -> {
          boolean known = asked.incrementAndGet() > 1;
          byte[] body = (known ? "{\"fate\": \"waiting\"}" : "{}").getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(known ? 200 : 404, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });

    assertThat(check()).contains("accepted", "waiting");
    assertThat(asked).hasValue(2);
  }

  @Test
  void shouldNameTheLoopWhenIngestDoesNotKnowIt() {
    answer("/v1/loops/support/feedback", 404, "{\"code\": \"unknown-loop\", \"detail\": \"no\"}");
    assertThatThrownBy(this::check)
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("ingest refused")
        .hasMessageContaining("404");
  }

  @Test
  void shouldSayThatCurationHasNotTakenTheFeedbackIn() {
    answer(
        "/v1/loops/support/feedback",
        202,
        "{\"status\": \"accepted\", \"why\": \"http://x" + FATE_PATH + "\"}");
    answer(FATE_PATH, 404, "{}");
    assertThatThrownBy(this::check).hasMessageContaining("has no fate after PT1S");
  }

  @Test
  void shouldNameAMissingSetting() {
    settings.remove(InstallationCheck.KEY);
    assertThatThrownBy(this::check).hasMessageContaining("WHETSTONE_CHECK_KEY");
  }

  private String check() {
    return new InstallationCheck(settings, Duration.ofSeconds(1)).run(7);
  }

  private void answer(String path, int status, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          assertThat(exchange.getRequestHeaders().getFirst("Authorization"))
              .isEqualTo("Bearer wst_key");
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }
}
