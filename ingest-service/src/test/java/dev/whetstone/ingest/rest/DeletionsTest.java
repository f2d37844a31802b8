package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.ingest.IngestTest;
import dev.whetstone.kit.json.Json;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class DeletionsTest extends IngestTest {
  @Test
  @DisplayName("I2: a retraction that is asked for twice is one event")
  void shouldRetractFeedback() {
    String call = FEEDBACK + "/d-17?responseId=r-17&endUser=u-1";
    var first = http().as(TestKeys.ACME).delete(call);
    var second = http().as(TestKeys.ACME).delete(call);

    assertThat(first.status()).as(first.text()).isEqualTo(202);
    assertThat(first.at("/status")).isEqualTo("accepted");
    assertThat(second.at("/id")).isEqualTo(first.at("/id"));
    var sent = published(first.at("/id"));
    assertThat(sent).hasSize(2);
    assertThat(sent.getFirst().key()).isEqualTo("acme/support/r-17");
    assertThat(sent.get(0).value()).isEqualTo(sent.get(1).value());
    assertThat(KafkaProbe.body(sent.getFirst(), FeedbackRetracted.class))
        .isEqualTo(new FeedbackRetracted("support-app", "d-17", "r-17", "u-1"));
  }

  @Test
  void shouldRefuseInvalidRetractions() {
    assertProblem(
        http().as(TestKeys.ACME).delete("/v1/loops/theirs/feedback/d-1"), 404, "unknown-loop");
    assertProblem(http().as(TestKeys.ACME).delete(FEEDBACK + "/a%20b"), 400, "invalid-parameter");
    assertProblem(
        http().as(TestKeys.ACME_READ_ONLY).delete(FEEDBACK + "/d-1"), 403, "missing-scope");
    assertProblem(
        http().as(TestKeys.ACME_PUBLISHABLE).delete(FEEDBACK + "/d-1"), 403, "publishable-key");
  }

  @Test
  void shouldEraseAnEndUserFromEveryLoopOfTheTenant() {
    var answer = http().as(TestKeys.ACME).delete("/v1/endusers/auth0%7Cjane%2F7");

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    String erasureId = answer.at("/erasureId");
    assertThat(answer.at("/progress")).endsWith("/v1/erasures/" + erasureId);
    assertThat(answer.json().at("/loops")).hasSize(2);
    var sent = published(erasureId);
    assertThat(sent)
        .extracting(m -> KafkaProbe.header(m, "ce_loop"))
        .containsExactlyInAnyOrder("search", "support");
    assertThat(sent)
        .allSatisfy(
            message -> {
              var data = KafkaProbe.body(message, EndUserErased.class);
              assertThat(message.key()).isEqualTo(erasureId);
              assertThat(data.endUser()).isEqualTo("auth0|jane/7");
              assertThat(data.watermark()).isEqualTo(Instant.parse(answer.at("/watermark")));
              assertThat(KafkaProbe.header(message, "ce_time")).isEqualTo(answer.at("/watermark"));
              assertThat(KafkaProbe.header(message, "ce_subject")).isNull();
              assertThat(message.headers().toArray())
                  .noneMatch(h -> new String(h.value(), StandardCharsets.UTF_8).contains("jane"));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x", "x/..", "a/../b", "/x", "x/", "//", "50%", "a+b", "a b", "é€😀", "a;b=c", "?q", "#f"
      })
  void shouldEraseAnEndUserWithAnyReference(String endUser) {
    var given =
        json(Json.mapper()
                .valueToTree(
                    Map.of("responseId", "r-1", "kind", "thumb", "value", true, "endUser", endUser))
                .toString())
            .post(FEEDBACK);
    assertThat(given.status()).as(given.text()).isEqualTo(202);

    String escaped = URLEncoder.encode(endUser, StandardCharsets.UTF_8).replace("+", "%20");
    var answer = http().as(TestKeys.ACME).delete("/v1/endusers/" + escaped.replace(".", "%2E"));

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(published(answer.at("/erasureId")))
        .allSatisfy(
            message ->
                assertThat(KafkaProbe.body(message, EndUserErased.class).endUser())
                    .isEqualTo(endUser));
  }

  @Test
  void shouldEraseAConversation() {
    var answer = http().as(TestKeys.ACME).delete("/v1/conversations/c-1");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(published(answer.at("/erasureId")))
        .hasSize(2)
        .allSatisfy(
            message ->
                assertThat(KafkaProbe.body(message, EndUserErased.class).conversationId())
                    .isEqualTo("c-1"));
  }

  @Test
  void shouldEraseOnlyWithTheScope() {
    assertProblem(
        http().as(TestKeys.ACME_INGEST_ONLY).delete("/v1/endusers/u-1"), 403, "missing-scope");
    assertProblem(http().delete("/v1/endusers/u-1"), 401, "unauthorized");
  }
}
