package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.ingest.IngestTest;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Times that no clock shows yet, and times of long ago. */
@QuarkusTest
class OccurrenceTimesTest extends IngestTest {
  private static String thumb(String id, Object time) {
    return """
    {"id": "%s", "responseId": "r-1", "kind": "thumb", "value": true, "occurredAt": "%s"}"""
        .formatted(id, time);
  }

  @Test
  void shouldRefuseTheFutureAndFlagThePast() {
    String body =
        "["
            + String.join(
                ",",
                thumb("time-0", "2131-01-01T00:00:00Z"),
                thumb("time-1", Instant.now().plusSeconds(60)),
                thumb("time-2", "1971-01-01T00:00:00Z"),
                thumb("time-3", "0001-01-01T00:00:00Z"))
            + "]";

    var answer = json(body).post(FEEDBACK);

    assertThat(answer.all("status"))
        .containsExactly("rejected", "accepted", "accepted", "rejected");
    assertThat(answer.at("/0/problem/pointer")).isEqualTo("/0/occurredAt");
    assertThat(answer.at("/0/problem/detail")).contains("lies in the future");
    assertThat(answer.json().at("/1/warnings").isMissingNode()).isTrue();
    assertThat(answer.at("/2/warnings/0/code")).isEqualTo("far-in-the-past");
    assertThat(answer.at("/2/warnings/0/pointer")).isEqualTo("/2/occurredAt");
    assertThat(answer.at("/3/problem/detail")).contains("lies before 1970");
    assertThat(answer.at("/3/problem/remedy")).contains("the default of an unset date");
    assertThat(published("time-0")).isEmpty();
    assertThat(published("time-2")).hasSize(1);
  }

  @Test
  void shouldApplyTheSameRuleToInteractionsAndCloudEvents() {
    var interaction =
        json("""
            {"responseId": "r-t", "request": {"messages": [{"role": "user", "content": "Hi"}]},
             "response": {"message": {"role": "assistant", "content": "Hello"}},
             "occurredAt": "2131-01-01T00:00:00Z"}
            """)
            .post(INTERACTIONS);
    assertProblem(interaction, 422, "invalid-value");
    assertThat(interaction.at("/pointer")).isEqualTo("/occurredAt");

    var event =
        http()
            .as(TestKeys.ACME)
            .body(
                "application/cloudevents-batch+json",
                """
                [{"specversion": "1.0", "id": "time-4", "source": "support-app",
                  "type": "dev.whetstone.feedback.given.v1", "loop": "support", "data": %s},
                 {"specversion": "1.0", "id": "time-5", "source": "support-app",
                  "type": "dev.whetstone.feedback.given.v1", "loop": "support", "data": %s}]
                """
                    .formatted(
                        thumb("x", "2131-01-01T00:00:00Z"), thumb("y", "1999-01-01T00:00:00Z")))
            .post("/v1/events");
    assertThat(event.at("/0/problem/pointer")).isEqualTo("/0/data/occurredAt");
    assertThat(event.at("/1/warnings/0/pointer")).isEqualTo("/1/data/occurredAt");
  }
}
