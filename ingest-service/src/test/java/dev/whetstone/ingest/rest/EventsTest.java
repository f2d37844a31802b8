package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.ingest.Http;
import dev.whetstone.ingest.IngestTest;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class EventsTest extends IngestTest {
  private static final String GIVEN = "dev.whetstone.feedback.given.v1";
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCHED = "application/cloudevents-batch+json";

  @Test
  @DisplayName("I1: a binary event is in Kafka when it is answered")
  void shouldAcceptABinaryEvent() {
    var answer = binary("b-1").post("/v1/events");

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.at("/id")).isEqualTo("b-1");
    assertThat(answer.at("/why")).endsWith("/v1/loops/support/fates/support-app/b-1");
    var sent = published("b-1").getFirst();
    assertThat(sent.key()).isEqualTo("acme/support/r-1");
    assertThat(KafkaProbe.header(sent, "ce_type")).isEqualTo(GIVEN);
    assertThat(KafkaProbe.body(sent, FeedbackGiven.class).value()).isEqualTo(true);
  }

  @Test
  void shouldAcceptAStructuredEvent() {
    var answer =
        post(
            STRUCTURED,
            event(
                "s-1",
                GIVEN,
                "support",
                "{\"responseId\":\"r-1\",\"kind\":\"thumb\",\"value\":true}"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(published("s-1")).hasSize(1);
  }

  @Test
  void shouldAcceptABatchOfSeveralTypesAndLoops() {
    var answer =
        post(
            BATCHED,
            "["
                + String.join(
                    ",",
                    event(
                        "t-1",
                        GIVEN,
                        "support",
                        "{\"responseId\":\"r-1\",\"kind\":\"thumb\",\"value\":1}"),
                    event(
                        "t-2",
                        GIVEN,
                        "search",
                        "{\"conversationId\":\"c-1\",\"kind\":\"thumb\",\"value\":true}"),
                    event(
                        "t-3",
                        GIVEN,
                        "theirs",
                        "{\"responseId\":\"r-1\",\"kind\":\"thumb\",\"value\":true}"),
                    event(
                        "t-4",
                        "dev.whetstone.feedback.retracted.v1",
                        "support",
                        "{\"id\":\"d-1\",\"responseId\":\"r-7\"}"),
                    event("t-5", "dev.whetstone.champion.set.v1", "support", "{\"generation\":9}"),
                    "{\"id\":\"t-6\",\"data\":{}}")
                + "]");

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.all("id")).containsExactly("t-1", "t-2", "t-3", "t-4", "t-5", "t-6");
    assertThat(answer.all("status"))
        .containsExactly("rejected", "accepted", "rejected", "accepted", "rejected", "rejected");
    assertThat(answer.at("/0/problem/pointer")).isEqualTo("/0/data/value");
    assertThat(answer.at("/2/problem/code")).isEqualTo("unknown-loop");
    assertThat(answer.at("/2/problem/pointer")).isEqualTo("/2/loop");
    assertThat(answer.at("/4/problem/code")).isEqualTo("unsupported-event-type");
    assertThat(answer.at("/4/problem/pointer")).isEqualTo("/4/type");
    assertThat(answer.at("/5/problem/pointer")).isEqualTo("/5/specversion");
    assertThat(published("t-2").getFirst().key()).isEqualTo("acme/search/c-1");
    assertThat(published("t-4").getFirst().key()).isEqualTo("acme/support/r-7");
  }

  @ParameterizedTest
  @CsvSource({
    "ce-specversion, 0.3, 422, invalid-value",
    "ce-id, '', 422, missing-field",
    "ce-id, a/b, 422, invalid-value",
    "ce-id, jane@example.com, 422, invalid-value",
    "ce-type, dev.whetstone.feedback.given.v9, 422, unsupported-event-type",
    "ce-type, dev.whetstone.enduser.erased.v1, 422, unsupported-event-type",
    "ce-source, another-app, 403, foreign-source",
    "ce-loop, nowhere, 404, unknown-loop",
    "ce-loop, No/Loop, 422, invalid-value",
    "ce-tenant, other, 404, unknown-loop",
  })
  void shouldRefuseABadAttribute(String header, String value, int status, String code) {
    var request =
        http()
            .as(TestKeys.ACME)
            .body("application/json", "{\"responseId\":\"r-1\",\"kind\":\"thumb\",\"value\":true}");
    String[][] good = {
      {"ce-specversion", "1.0"},
      {"ce-id", "bad"},
      {"ce-source", "support-app"},
      {"ce-type", GIVEN},
      {"ce-loop", "support"}
    };
    for (String[] each : good) {
      if (!each[0].equals(header)) {
        request.header(each[0], each[1]);
      }
    }
    var answer = request.header(header, value).post("/v1/events");
    assertProblem(answer, status, code);
    assertThat(answer.json().at("/pointer").isMissingNode()).as("headers have no place").isTrue();
    assertThat(published("bad")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'\"loop\": \"support\"', '\"loop\": \"theirs\"', unknown-loop, /loop",
    "'\"loop\": \"support\"', '\"loop\": \"support\", \"tenant\": \"other\"', unknown-loop, /tenant",
    "'\"source\": \"support-app\"', '\"source\": \"another-app\"', foreign-source, /source",
    "'\"value\": true', '\"value\": 1', invalid-value, /data/value",
  })
  void shouldPointAtTheFaultOfAStructuredEvent(
      String good, String bad, String code, String pointer) {
    String thumb = "{\"responseId\": \"r-1\", \"kind\": \"thumb\", \"value\": true}";
    String event = event("p-1", GIVEN, "support", thumb).replace(good, bad);

    assertThat(post(STRUCTURED, event).at("/code")).isEqualTo(code);
    assertThat(post(STRUCTURED, event).at("/pointer")).isEqualTo(pointer);
    var batched = post(BATCHED, "[" + event("p-2", GIVEN, "search", thumb) + "," + event + "]");
    assertThat(batched.at("/1/problem/pointer")).isEqualTo("/1" + pointer);
    assertThat(published("p-1")).isEmpty();
  }

  @Test
  void shouldRefuseARequestThatIsNotACloudEvent() {
    assertProblem(json("{}").post("/v1/events"), 400, "malformed-cloudevent");
    assertProblem(post(STRUCTURED, "[]"), 400, "malformed-json");
    assertProblem(post(BATCHED, "{}"), 400, "malformed-json");
    assertProblem(post("text/plain", "x"), 415, "unsupported-media-type");
    assertProblem(post(STRUCTURED, event("x", GIVEN, "support", "null")), 422, "missing-field");
  }

  private Http.Answer post(String type, String body) {
    return http().as(TestKeys.ACME).body(type, body).post("/v1/events");
  }

  private Http binary(String id) {
    return json("{\"responseId\": \"r-1\", \"kind\": \"thumb\", \"value\": true}")
        .header("ce-specversion", "1.0")
        .header("ce-id", id)
        .header("ce-source", "support-app")
        .header("ce-type", GIVEN)
        .header("ce-tenant", "acme")
        .header("ce-loop", "support");
  }

  private static String event(String id, String type, String loop, String data) {
    return """
    {"specversion": "1.0", "id": "%s", "source": "support-app", "type": "%s", "loop": "%s",
     "datacontenttype": "application/json", "data": %s}
    """
        .formatted(id, type, loop, data);
  }
}
