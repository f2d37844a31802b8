package dev.whetstone.cli.command.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FeedbackSenderTest {
  private final List<String> requests = new ArrayList<>();
  private final AtomicInteger unavailable = new AtomicInteger();
  private HttpServer ingest;
  private FeedbackSender sender;

  @BeforeEach
  void start() throws IOException {
    ingest = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ingest.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          if (unavailable.getAndDecrement() > 0) {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
            return;
          }
          requests.add(exchange.getRequestURI().getPath() + " " + body.lines().count());
          byte[] answer = receipts(body).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(202, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    ingest.start();
    int port = ingest.getAddress().getPort();
    StackPorts ports = StackPorts.parse(String.join(",", Collections.nCopies(12, "" + port)));
    LoopReference loop =
        new LoopReference("demo", ApiClient.JSON.createObjectNode().put("loop", "support"));
    sender =
        new FeedbackSender(
            new ApiClient(ports, "key"),
            loop,
            request -> {
              for (int i = 0; i < 10; i++) {
                var answered = request.get();
                if (answered.isPresent()) {
                  return answered.get();
                }
              }
              throw new AssertionError("ten times 503");
            });
  }

  @AfterEach
  void stop() {
    ingest.stop(0);
  }

  private static String receipts(String body) {
    return body.lines()
        .map(
            line ->
                line.contains("\"bad\"")
                    ? "{\"status\":\"rejected\",\"problem\":{\"detail\":\"'value' is missing\","
                        + "\"pointer\":\"/0/value\",\"remedy\":\"add it\"}}"
                    : "{\"status\":\"accepted\",\"id\":\"e\"}")
        .toList()
        .toString();
  }

  private void send(int line, String kind, String id) {
    var json = ApiClient.JSON.createObjectNode().put("kind", kind).put("id", id);
    FeedbackItem.Kind path =
        kind.isEmpty() ? FeedbackItem.Kind.INTERACTION : FeedbackItem.Kind.FEEDBACK;
    sender.item(new FeedbackItem("line " + line, path, json));
  }

  @Test
  void shouldKeepTheOrderOfInteractionsAndFeedbackAndBoundARequest() {
    for (int i = 0; i < 501; i++) {
      send(i, "thumb", "e" + i);
    }
    send(502, "", "i");
    send(503, "thumb", "last");
    sender.flush();

    assertThat(requests)
        .containsExactly(
            "/v1/loops/support/feedback 500",
            "/v1/loops/support/feedback 1",
            "/v1/loops/support/interactions 1",
            "/v1/loops/support/feedback 1");
    assertThat(sender.accepted()).isEqualTo(503);
  }

  @Test
  void shouldNameTheLineOfARefusedItemWithItsRemedy() {
    send(1, "thumb", "good");
    send(2, "thumb", "bad");
    sender.flush();

    assertThat(sender.accepted()).isEqualTo(1);
    assertThat(sender.refused()).isEqualTo(1);
    assertThat(sender.refusals())
        .containsExactly("line 2: 'value' is missing (at /0/value)\n  → add it");
  }

  @Test
  void shouldSendAgainWhatIngestCouldNotTake() {
    unavailable.set(2);
    send(1, "thumb", "e");
    sender.flush();

    assertThat(sender.accepted()).isEqualTo(1);
    assertThat(Optional.of(requests)).contains(List.of("/v1/loops/support/feedback 1"));
  }
}
