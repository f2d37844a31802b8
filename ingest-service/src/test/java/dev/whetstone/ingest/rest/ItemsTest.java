package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.ingest.IngestTest;
import dev.whetstone.testing.KafkaProbe;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ItemsTest extends IngestTest {
  @Test
  @DisplayName("I1: what is answered 202 lies in Kafka with all its attributes")
  void shouldPublishOneThumbBeforeItAnswers() {
    var answer =
        json("{\"responseId\": \"chatcmpl-1\", \"kind\": \"thumb\", \"value\": true}")
            .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .post(FEEDBACK);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.at("/status")).isEqualTo("accepted");
    String id = answer.at("/id");
    assertThat(id).startsWith("d-");
    assertThat(answer.at("/why"))
        .isEqualTo("http://127.0.0.1:18082/v1/loops/support/fates/support-app/" + id);
    var sent = published(id);
    assertThat(sent).hasSize(1);
    var message = sent.getFirst();
    assertThat(message.key()).isEqualTo("acme/support/chatcmpl-1");
    assertThat(KafkaProbe.header(message, "ce_type")).isEqualTo("dev.whetstone.feedback.given.v1");
    assertThat(KafkaProbe.header(message, "ce_source")).isEqualTo("support-app");
    assertThat(KafkaProbe.header(message, "ce_subject")).isEqualTo("chatcmpl-1");
    assertThat(KafkaProbe.header(message, "ce_tenant")).isEqualTo("acme");
    assertThat(KafkaProbe.header(message, "ce_loop")).isEqualTo("support");
    assertThat(KafkaProbe.header(message, "ce_traceparent")).startsWith("00-0af7");
    assertThat(Instant.parse(KafkaProbe.header(message, "ce_time")).toEpochMilli())
        .isBetween(message.timestamp() - 60_000, message.timestamp());
    assertThat(KafkaProbe.body(message, FeedbackGiven.class).value()).isEqualTo(true);
  }

  @Test
  void shouldPublishToolsAsTheyWereSent() {
    String tools =
        "[{\"type\":\"function\",\"function\":{\"name\":\"start_pump\",\"description\":\"Start it.\","
            + "\"parameters\":{\"type\":\"object\",\"properties\":{\"speed\":{\"type\":\"number\","
            + "\"default\":null},\"litres\":{\"type\":\"integer\"}},\"required\":[\"litres\"]}}}]";
    String arguments = "\"{\\\"speed\\\": null, \\\"litres\\\": 100}\"";
    var answer =
        json("""
            {"id": "tools-1", "kind": "demonstration", "endUser": "u-1",
             "request": {"messages": [{"role": "user", "content": "Pump at 100"}], "tools": %s},
             "response": {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function",
               "function": {"name": "start_pump", "arguments": %s}}]}}
            """
                .formatted(tools, arguments))
            .post(FEEDBACK);

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(new String(published("tools-1").getFirst().value(), StandardCharsets.UTF_8))
        .contains("\"tools\":" + tools, "\"arguments\":" + arguments);
  }

  @Test
  void shouldPublishAnInteractionWithItsContent() {
    var answer =
        json("""
            {"id": "i-1", "responseId": "chatcmpl-2", "conversationId": "19:chat@thread.v2",
             "request": {"messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "Where is "},
                                             {"type": "text", "text": "my order?"}]}],
                "decoding": {"temperature": 0.2}},
             "response": {"message": {"role": "assistant", "content": null, "tool_calls": [
                {"id": "c1", "type": "function",
                 "function": {"name": "track", "arguments": "{\\"order\\": 7}"}}]},
                "finishReason": "tool_calls"},
             "model": {"base": "tiny", "propensity": 0.9},
             "endUser": "u-1", "consent": {"training": true, "basis": "contract"},
             "usage": {"total_tokens": 12}, "tags": ["orders"],
             "occurredAt": "2026-11-01T10:30:00+01:00", "somethingNewer": 1}
            """)
            .post(INTERACTIONS);

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.at("/id")).isEqualTo("i-1");
    var data = KafkaProbe.body(published("i-1").getFirst(), InteractionRecorded.class);
    assertThat(data.request().messages().get(1).content()).isEqualTo("Where is my order?");
    assertThat(data.response().message().toolCalls().getFirst().function().name())
        .isEqualTo("track");
    assertThat(data.occurredAt()).isEqualTo(Instant.parse("2026-11-01T09:30:00Z"));
    assertThat(data.consent().training()).isTrue();
  }

  @Test
  void shouldAnswerAnArrayWithAReceiptPerItemInOrder() {
    var answer =
        json("""
            [{"id": "o-1", "responseId": "r-1", "kind": "thumb", "value": true},
             {"id": "o-2", "responseId": "r-2", "kind": "thumb", "value": "yes"},
             {"id": "o-3", "responseId": "r-3", "kind": "comment", "rationale": "Too long."},
             17]
            """)
            .post(FEEDBACK);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.all("status"))
        .containsExactly("accepted", "rejected", "accepted", "rejected");
    assertThat(answer.all("id")).containsExactly("o-1", "o-2", "o-3", "");
    assertThat(answer.at("/1/problem/code")).isEqualTo("wrong-type");
    assertThat(answer.at("/1/problem/status")).isEqualTo("422");
    assertThat(answer.at("/1/problem/pointer")).isEqualTo("/1/value");
    assertThat(answer.at("/1/problem/remedy"))
        .isEqualTo("send true for thumbs up or false for thumbs down");
    assertThat(answer.at("/3/problem/pointer")).isEqualTo("/3");
    assertThat(published("o-1")).hasSize(1);
    assertThat(published("o-2")).isEmpty();
    assertThat(published("o-3")).hasSize(1);
  }

  @Test
  void shouldAcceptNdjson() {
    var answer =
        lines(
                """
            {"id": "n-1", "responseId": "r-1", "kind": "implicit", "name": "copied"}

            {"id": "n-2", "responseId": "r-2", "kind": "outcome", "name": "solved", "value": 1.5}
            {"id": "n-3", "responseId": "r-2", "kind": "outcome", "name": "solved"}
            """)
            .post(FEEDBACK);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.all("status")).containsExactly("accepted", "accepted", "rejected");
    assertThat(answer.at("/2/problem/pointer")).isEqualTo("/2/value");
  }

  @Test
  @DisplayName("I1: a full batch has a receipt for every item and every receipt a record")
  void shouldAcceptThousandsOfItemsInOneRequest() {
    String thumbs =
        IntStream.range(0, 3000)
            .mapToObj(
                i ->
                    "{\"id\":\"many-%d\",\"responseId\":\"m-%d\",\"kind\":\"thumb\",\"value\":%s}"
                        .formatted(i, i, i % 2 == 0))
            .collect(Collectors.joining("\n"));

    var answer = lines(thumbs).post(FEEDBACK);

    assertThat(answer.status()).isEqualTo(202);
    List<String> ids = answer.all("id");
    assertThat(ids).hasSize(3000).startsWith("many-0", "many-1");
    assertThat(answer.all("status")).containsOnly("accepted");
    var there =
        kafka.all(TopicNames.FEEDBACK).stream()
            .map(message -> KafkaProbe.header(message, "ce_id"))
            .collect(Collectors.toSet());
    assertThat(there).containsAll(ids);
  }

  @Test
  @DisplayName("I2: a retry without id is the same event, other content is another")
  void shouldDeriveTheSameIdForTheSameContent() {
    String first = accepted("{\"responseId\":\"r-9\",\"kind\":\"thumb\",\"value\":true}");
    String again = accepted("{ \"value\": true, \"kind\": \"thumb\",  \"responseId\": \"r-9\" }");
    String changed = accepted("{\"responseId\":\"r-9\",\"kind\":\"thumb\",\"value\":false}");
    String later =
        accepted(
            """
            {"responseId":"r-9","kind":"thumb","value":true,"occurredAt":"2026-11-02T00:00:00Z"}
            """);

    assertThat(again).isEqualTo(first);
    assertThat(List.of(first, changed, later)).doesNotHaveDuplicates();
    var copies = published(first);
    assertThat(copies).hasSize(2);
    assertThat(copies.get(0).value()).isEqualTo(copies.get(1).value());
  }

  @Test
  void shouldAnswerThatAllItemsAreRejected() {
    var answer =
        json("""
            [{"responseId": "r-1", "kind": "thumbs", "value": true},
             {"kind": "thumb", "value": true}]
            """)
            .post(FEEDBACK);

    assertProblem(answer, 422, "all-items-rejected");
    assertThat(answer.at("/pointer")).isEqualTo("/0/kind");
    assertThat(answer.json().at("/items")).hasSize(2);
    assertThat(answer.at("/items/1/problem/code")).isEqualTo("missing-field");
    assertThat(answer.at("/items/1/problem/pointer")).isEqualTo("/1/responseId");
  }

  @Test
  void shouldAnswerASingleRejectedItemWithItsProblem() {
    var answer =
        json("""
            {"id": "x-1", "responseId": "r-1", "kind": "rating", "value": 9,
             "scale": {"min": 1, "max": 5}}
            """)
            .post(FEEDBACK);

    assertProblem(answer, 422, "invalid-value");
    assertThat(answer.at("/pointer")).isEqualTo("/value");
    assertThat(answer.at("/remedy"))
        .isEqualTo("a rating's value must be a number within its scale");
    assertThat(answer.at("/items/0/id")).isEqualTo("x-1");
    assertThat(published("x-1")).isEmpty();
  }

  @Test
  void shouldRejectAnItemThatIsTooLargeForKafka() {
    String huge = "x".repeat(390_000);
    var answer =
        json("""
            [{"id": "h-1", "responseId": "r-1", "kind": "preference",
              "chosen": {"role": "assistant", "content": "%s"},
              "rejected": {"role": "assistant", "content": "%s"}, "rationale": "%s"},
             {"id": "h-2", "responseId": "r-1", "kind": "thumb", "value": true}]
            """
                .formatted(huge, huge, huge))
            .post(FEEDBACK);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.all("status")).containsExactly("rejected", "accepted");
    assertThat(answer.at("/0/problem/code")).isEqualTo("item-too-large");
    assertThat(answer.at("/0/problem/pointer")).isEqualTo("/0");
  }

  private String accepted(String body) {
    var answer = json(body).post(FEEDBACK);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.at("/id");
  }
}
