package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.ingest.IngestTest;
import dev.whetstone.testing.TestKeys;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that keep a request open, spoken to without a client that is kind. */
@QuarkusTest
@TestProfile(SlowBodiesTest.Impatient.class)
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SlowBodiesTest extends IngestTest {
  private static final String ITEM =
      "{\"id\": \"slow\", \"responseId\": \"r-1\", \"kind\": \"thumb\", \"value\": true}\n";

  @Inject MeterRegistry metrics;

  /** A body has one second. */
  public static class Impatient implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("whetstone.ingest.read-within", "1S");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip", "zstd"})
  void shouldNotWaitForABodyThatStopsArriving(String encoding) throws IOException {
    try (Socket client = open("Content-Encoding: " + encoding)) {
      if (encoding.equals("identity")) {
        chunk(client.getOutputStream(), ITEM.repeat(100));
        await().atMost(Duration.ofSeconds(5)).until(() -> held() > 0);
      }

      String answer = answer(client);

      assertThat(answer)
          .startsWith("HTTP/1.1 408 ")
          .containsIgnoringCase("\r\nconnection: close\r\n")
          .contains(
              "\"code\":\"body-too-slow\"", "within PT1S", "\"remedy\":\"send the same request");
      client.setSoTimeout(5_000);
      assertThat(client.getInputStream().read()).as("end").isEqualTo(-1);
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> held() == 0);
    assertThat(published("slow")).isEmpty();
  }

  @Test
  void shouldNotWaitForABodyThatArrivesTooSlowly() throws IOException {
    try (Socket client = open("X-Drips: yes");
        var drips = Executors.newSingleThreadScheduledExecutor()) {
      var out = client.getOutputStream();
      var unused = drips.scheduleAtFixedRate(() -> drip(out), 0, 50, TimeUnit.MILLISECONDS);

      assertThat(answer(client)).startsWith("HTTP/1.1 408 ").contains("body-too-slow");
      drips.shutdownNow();
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> held() == 0);
  }

  @Test
  void shouldAnswerATooLargeBodyBeforeReadingItCompletely() throws IOException {
    try (Socket client = open("X-Ends: never")) {
      var out = client.getOutputStream();
      for (int i = 0; i < 5; i++) {
        chunk(out, " ".repeat(1 << 20));
      }

      assertThat(answer(client))
          .startsWith("HTTP/1.1 413 ")
          .containsIgnoringCase("\r\nconnection: close\r\n")
          .contains("body-too-large");
    }
  }

  /** The gauge is registered with the first request. */
  private double held() {
    Gauge gauge = metrics.find("whetstone.ingest.inflight.bytes").gauge();
    return gauge == null ? 0 : gauge.value();
  }

  private Socket open(String header) throws IOException {
    Socket client = new Socket(root.getHost(), root.getPort());
    client
        .getOutputStream()
        .write(
            """
            POST %s HTTP/1.1
            Host: localhost
            Authorization: %s
            Content-Type: application/x-ndjson
            Transfer-Encoding: chunked
            %s

            """
                .formatted(FEEDBACK, TestKeys.ACME.bearer(), header)
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return client;
  }

  private static void chunk(OutputStream out, String text) throws IOException {
    out.write("%x\r\n%s\r\n".formatted(text.length(), text).getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static void drip(OutputStream out) {
    try {
      chunk(out, " ");
    } catch (IOException e) {
      // Answered, and closed.
    }
  }

  /** What comes until the answer's body is there or the server closes. */
  private static String answer(Socket client) throws IOException {
    var answer = new StringBuilder();
    byte[] bytes = new byte[8192];
    int count;
    while (!answer.toString().contains("}") && (count = client.getInputStream().read(bytes)) > 0) {
      answer.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
    }
    return answer.toString();
  }
}
