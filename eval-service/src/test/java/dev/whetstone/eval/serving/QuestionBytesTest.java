package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.whetstone.contracts.batch.SftRow;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a model server is asked, to the byte: a chat template prints tools as they come. */
class QuestionBytesTest {
  private static final String TOOLS =
      "[{\"type\":\"function\",\"function\":{\"name\":\"start_pump\",\"description\":\"Start it.\","
          + "\"parameters\":{\"type\":\"object\",\"properties\":{\"speed\":{\"type\":\"number\","
          + "\"default\":null},\"litres\":{\"type\":\"integer\"}},\"required\":[\"litres\"]}}}]";
  private static final String ROW =
      """
      {"id":"e1","messages":[{"role":"user","content":"Pump at 100"},\
      {"role":"assistant","content":"Started.","weight":1}],"tools":%s,"sampleWeight":1.0}
      """
          .formatted(TOOLS);

  private final AtomicReference<String> asked = new AtomicReference<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    server.createContext(
        "/",
        exchange -> {
          asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] reply =
              "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"ok\"}}]}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, reply.length);
          exchange.getResponseBody().write(reply);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void shouldSendToolsAsTheBatchHoldsThem() throws IOException {
    EvaluationItem frozen = frozen(Json.read(ROW, SftRow.class));
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
      var client = new HttpServingClient(http, endpoint, null, Duration.ofSeconds(10));
      client.ask(new ServingPort.Question("base", frozen.messages(), frozen.tools(), 16));
    }

    assertThat(asked.get()).contains("\"tools\":" + TOOLS);
  }

  @Test
  void shouldTellApartQuestionsWithToolsInAnotherOrder() {
    SftRow row = Json.read(ROW, SftRow.class);
    SftRow sorted = Json.read(Json.canonical(row), SftRow.class);

    assertThat(sorted.tools()).isEqualTo(row.tools());
    assertThat(EvaluationItem.digest(row.messages(), sorted.tools(), 16))
        .isNotEqualTo(EvaluationItem.digest(row.messages(), row.tools(), 16));
    assertThat(EvaluationItem.digest(row.messages(), List.of(), 16))
        .isEqualTo(EvaluationItem.digest(row.messages(), null, 16));
  }

  /** As an evaluation freezes its items in the object store and reads them back. */
  private static EvaluationItem frozen(SftRow row) throws IOException {
    var item =
        new EvaluationItem(
            GateRole.FRESH,
            "fresh/1",
            false,
            row.id(),
            row.messages(),
            row.tools(),
            "Started.",
            null,
            null,
            null,
            false,
            EvaluationItem.digest(row.messages(), row.tools(), 16));
    var out = new ByteArrayOutputStream();
    ObjectContent.jsonLines(List.of(item)).writeTo(out);
    return Json.read(out.toByteArray(), EvaluationItem.class);
  }
}
