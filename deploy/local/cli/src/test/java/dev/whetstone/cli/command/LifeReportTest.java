package dev.whetstone.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackPorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The output of {@code why} for JSON that the services send. */
class LifeReportTest {
  private static final String BATCH = "667bda63afb8".repeat(5) + "abcd";
  private static final String CHECKPOINT = "91980877d6f5".repeat(5) + "abcd";

  private final Map<String, String> answers = new HashMap<>();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private HttpServer services;

  @BeforeEach
  void services() throws IOException {
    services = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    services.createContext(
        "/",
        exchange -> {
          String answer = answers.get(exchange.getRequestURI().toString());
          byte[] body = String.valueOf(answer).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    services.start();
    answers.put("/v1/loops?limit=1000&after=", "[{\"loop\": \"support\"}]");
    answers.put("/v1/loops/support/runs", "[]");
    answers.put("/v1/loops/support/decisions", "[]");
  }

  @AfterEach
  void end() {
    services.stop(0);
  }

  @Test
  void shouldShowTheDeadlineOfAnEventThatWaitsForItsInteraction() {
    answers.put(
        "/v1/loops/support/fates?id=c-1",
        """
        [{"eventKey": "demo/support/shop/c-1",
          "id": "c-1", "kind": "correction", "fate": "waiting", "reason": "interaction",
          "detail": "waits for the interaction of response r-1", "deadline": "2026-12-03T10:00:00Z",
          "responseId": "r-1", "receivedAt": "2026-11-26T10:00:00Z", "examples": []}]
        """);

    assertThat(show("c-1"))
        .contains(
            "event c-1  in loop demo/support",
            "received  2026-11-26T10:00:00Z, correction, from shop",
            "waiting for its interaction until 2026-12-03T10:00:00Z",
            "about     response r-1");
  }

  @Test
  void shouldShowWhatTheFateAloneDoesNotTell() {
    answers.put(
        "/v1/loops/support/fates?id=c-3",
        """
        [{"eventKey": "demo/support/shop/c-3", "id": "c-3", "kind": "thumb", "fate": "ready",
          "receivedAt": "2026-11-26T10:00:00Z", "examples": [],
          "notes": ["id-conflict: another body (sha256 0a1b2c3d4e5f) arrived under this id once"]}]
        """);

    assertThat(show("c-3")).contains("note      id-conflict: another body (sha256 0a1b2c3d4e5f)");
  }

  @Test
  void shouldShowEachExampleOfAnEventWithItsOwnState() {
    answers.put(
        "/v1/loops/support/fates?id=c-2",
        """
        [{"eventKey": "demo/support/shop/c-2", "id": "c-2", "kind": "correction", "fate": "used", "responseId": "r-2",
          "receivedAt": "2026-11-26T10:00:00Z", "examples": [
            {"exampleId": "aaaaaaaaaaaaaaaa", "form": "sft", "split": "train", "state": "rejected",
             "stage": "dedup", "reason": "duplicate", "detail": "equals bbbbbbbbbbbbbbbbbbbb",
             "score": 0.5, "steps": [
               {"stage": "consent", "outcome": "keep", "reason": ""},
               {"stage": "redaction", "outcome": "changed", "reason": "email 1"}]},
            {"exampleId": "cccccccccccccccc", "form": "preference", "split": "train", "state": "used",
             "stage": "quality",
             "score": 0.75, "batchId": "%s", "steps": []}]}]
        """
            .formatted(BATCH));
    judged();

    assertThat(show("c-2"))
        .contains(
            "fate      used",
            "example   aaaaaaaaaaaa (sft, train) rejected: duplicate, equals bbbbbbbbbbbbbbbbbbbb, by"
                + " stage dedup",
            "steps   consent keep, redaction changed (email 1)",
            "example   cccccccccccc (preference, train) used, in batch 667bda63afb8",
            "score   0.750",
            "trained   run-1, succeeded, 2 attempt(s)",
            "decided   REJECT  failed RETAIN: cannot rule out a loss of 0.030",
            "RETAIN                   failed       0.977 → 0.807  -0.170 [-0.203, -0.137]  n 429",
            "worse     adopted/667bda63afb8/06cf45d1693e: How long?",
            "wanted     30 days",
            "candidate  99 days",
            "worse     golden-8 (text erased)");
  }

  @Test
  void shouldShowTheTracesOfAnEventItsBatchAndItsRun() {
    String event = "demo/support/shop/c-4";
    answers.put(
        "/v1/loops/support/fates?id=c-4",
        """
        [{"eventKey": "%s", "id": "c-4", "kind": "correction", "fate": "used",
          "receivedAt": "2026-11-26T10:00:00Z", "examples": [
            {"exampleId": "aaaaaaaaaaaaaaaa", "form": "sft", "split": "train", "state": "used",
             "batchId": "%s", "steps": []}]}]
        """
            .formatted(event, BATCH));
    judged();
    traced("event", event, "1".repeat(32));
    traced("batch", BATCH, "2".repeat(32));
    traced("run", "run-1", "3".repeat(32));

    assertThat(show("c-4"))
        .contains(
            "trace     " + "1".repeat(32) + " of the event",
            "trace     " + "2".repeat(32) + " of the batch",
            "trace     " + "3".repeat(32) + " of the run");
    assertThat(new LifeReport(api(), terminal(), "demo").answers("c-4").path(0).path("traces"))
        .extracting(trace -> trace.path("kind").asText())
        .containsExactly("event", "batch", "run");
  }

  private void traced(String kind, String id, String trace) {
    answers.put(
        "/v1/loops/support/traces?kind=" + kind + "&id=" + ApiClient.encode(id),
        "{\"kind\": \"%s\", \"traceId\": \"%s\"}".formatted(kind, trace));
  }

  @Test
  void shouldShowTheConversationAndFeedbackOfAnAnswer() {
    answers.put(
        "/v1/loops/support/responses/r-3",
        """
        {"responseId": "r-3", "conversationId": "k-1", "split": "test",
         "interaction": {"eventKey": "demo/support/shop/i-3", "id": "i-3", "kind": "interaction", "fate": "context",
           "receivedAt": "2026-11-26T10:00:00Z", "examples": []},
         "feedback": [{"eventKey": "demo/support/shop/t-3", "id": "t-3", "kind": "thumb", "fate": "quarantined", "reason": "burst",
           "deadline": "2026-12-03T10:00:00Z", "receivedAt": "2026-11-26T10:00:00Z",
           "examples": []}]}
        """);

    assertThat(show("r-3"))
        .contains(
            "response r-3  in loop demo/support",
            "conversation k-1",
            "split     test",
            "event i-3",
            "event t-3",
            "quarantined: burst until 2026-12-03T10:00:00Z");
  }

  @Test
  void shouldReportAMissingInteraction() {
    answers.put(
        "/v1/loops/support/responses/r-4",
        """
        {"responseId": "r-4", "feedback": [{"eventKey": "demo/support/shop/t-4", "id": "t-4",
           "kind": "thumb", "fate": "waiting", "reason": "interaction",
           "deadline": "2026-12-03T10:00:00Z", "receivedAt": "2026-11-26T10:00:00Z",
           "examples": []}]}
        """);

    assertThat(show("r-4"))
        .contains("known     from feedback only: its interaction has not arrived", "event t-4")
        .doesNotContain("conversation", "split");
  }

  @Test
  void shouldShowTheHistoryOfACheckpointPastItsDecision() {
    judged();
    answers.put("/v1/checkpoints/91980877", answers.get("/v1/checkpoints/" + CHECKPOINT));

    assertThat(show("91980877"))
        .contains(
            "checkpoint " + CHECKPOINT,
            "trained   run-1, succeeded",
            "state     replaced, generation 1",
            "tainted   a person was erased",
            "event     2026-11-26T10:00:00Z  offered for evaluation by run run-1",
            "event     2026-11-26T10:05:00Z  became champion, generation 1",
            "look 2    waiting, against generation 2: the model server does not answer",
            "decided   REJECT",
            "page      http://127.0.0.1:%d/decisions/d-1/open/token-1"
                .formatted(services.getAddress().getPort()),
            "worse     adopted/667bda63afb8/06cf45d1693e: How long?");
  }

  @Test
  void shouldReportAnUnknownId() {
    assertThat(new LifeReport(api(), terminal(), "demo").show("nothing")).isFalse();
  }

  private void judged() {
    answers.put("/v1/decisions/d-1/link", "{\"path\": \"/decisions/d-1/open/token-1\"}");
    answers.put(
        "/v1/loops/support/runs",
        "[{\"runId\": \"run-1\", \"state\": \"succeeded\", \"attempts\": [{}, {}], \"batchIds\": [\"%s\"]}]"
            .formatted(BATCH));
    answers.put(
        "/v1/loops/support/decisions",
        """
        [{"decisionId": "d-1", "candidate": "%s", "verdict": "REJECT", "batchIds": ["%s"],
          "reason": "RETAIN failed", "gates": [
            {"name": "RETAIN", "outcome": "failed", "enforced": true, "champion": 0.977,
             "candidate": 0.807, "difference": -0.17, "interval": {"lower": -0.203, "upper": -0.137},
             "n": 429, "margin": 0.03, "reason": "cannot rule out a loss of 0.030"}]}]
        """
            .formatted(CHECKPOINT, BATCH));
    answers.put(
        "/v1/checkpoints/" + CHECKPOINT,
        """
        {"checkpointId": "%s", "loop": "support", "runId": "run-1", "batchIds": ["%s"],
         "servedName": "demo.support.91980877d6f5", "state": "replaced",
         "tainted": "a person was erased", "metrics": {}, "generations": [1],
         "looks": [
           {"look": 1, "championGeneration": 0, "state": "decided", "decisionId": "d-1",
            "verdict": "REJECT", "worst": [
              {"item": "adopted/667bda63afb8/06cf45d1693e455ffaf84a38", "difference": -1.0, "question": "How long?", "reference": "30 days",
               "champion": "30 days", "candidate": "99 days"},
              {"item": "golden-8", "difference": -1.0}]},
           {"look": 2, "championGeneration": 2, "state": "waiting",
            "reason": "the model server does not answer", "worst": []}],
         "events": [
           {"at": "2026-11-26T10:00:00Z", "what": "offered for evaluation by run run-1"},
           {"at": "2026-11-26T10:05:00Z", "what": "became champion, generation 1"}]}
        """
            .formatted(CHECKPOINT, BATCH));
  }

  private String show(String id) {
    assertThat(new LifeReport(api(), terminal(), "demo").show(id)).isTrue();
    return output.toString(StandardCharsets.UTF_8);
  }

  private ApiClient api() {
    int port = services.getAddress().getPort();
    StackPorts ports =
        StackPorts.parse(
            Stream.generate(() -> "" + port).limit(12).collect(Collectors.joining(",")));
    return new ApiClient(ports, "key");
  }

  private Terminal terminal() {
    return new Terminal(new PrintStream(output, true, StandardCharsets.UTF_8), false);
  }
}
