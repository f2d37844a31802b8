package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.ingest.Http;
import dev.whetstone.ingest.IngestTest;
import dev.whetstone.ingest.Loops;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** What people who run the service look at. */
@QuarkusTest
class OperationsTest extends IngestTest {
  @Test
  void shouldBeReadyWithBrokerAndLoops() {
    var ready = management().get("/q/health/ready");
    assertThat(ready.status()).isEqualTo(200);
    assertThat(ready.text()).contains("the broker answers", "whetstone.loops");
  }

  @Test
  void shouldCountWhatItAcceptsAndRejects() {
    double accepted =
        metric("whetstone_ingest_accepted_total{type=\"dev.whetstone.feedback.given.v1\"}");
    double rejected = metric("whetstone_ingest_rejected_total{code=\"wrong-type\"}");
    double malformed = metric("whetstone_ingest_rejected_total{code=\"malformed-json\"}");
    double acknowledged = metric("whetstone_ingest_acknowledgement_seconds_count");

    json("[{\"responseId\":\"r\",\"kind\":\"thumb\",\"value\":true}, 1]").post(FEEDBACK);
    json("{").post(FEEDBACK);

    assertThat(metric("whetstone_ingest_accepted_total{type=\"dev.whetstone.feedback.given.v1\"}"))
        .isEqualTo(accepted + 1);
    assertThat(metric("whetstone_ingest_rejected_total{code=\"wrong-type\"}"))
        .isEqualTo(rejected + 1);
    assertThat(metric("whetstone_ingest_rejected_total{code=\"malformed-json\"}"))
        .isEqualTo(malformed + 1);
    assertThat(metric("whetstone_ingest_acknowledgement_seconds_count"))
        .isEqualTo(acknowledged + 1);
    assertThat(management().get("/q/metrics").text())
        .contains("http_server_requests_seconds_count{");
  }

  @Test
  void shouldReportWhetherEventsOfALoopAreAccepted() {
    var known = http().as(TestKeys.ACME_READ_ONLY).get("/v1/loops/support/status");
    assertThat(known.status()).as(known.text()).isEqualTo(200);
    assertThat(known.at("/conditions/0/type")).isEqualTo("Accepting");
    assertThat(known.at("/conditions/0/status")).isEqualTo("True");

    assertProblem(http().as(TestKeys.ACME).get("/v1/loops/theirs/status"), 404, "unknown-loop");
    assertProblem(http().get("/v1/loops/support/status"), 401, "unauthorized");
  }

  private double metric(String name) {
    return management()
        .get("/q/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  @Test
  void shouldRefuseEventsOfADeletedLoop() {
    LoopId loop = Loops.declare(kafka, known, "acme", "gone");
    kafka.send(
        new ProducerRecord<>(
            TopicNames.LOOPS,
            loop.key(),
            "{\"state\": \"deleted\"}".getBytes(StandardCharsets.UTF_8)));
    await().atMost(Duration.ofSeconds(20)).until(() -> !known.contains(loop));

    Http.Answer answer =
        json("{\"kind\": \"thumb\", \"responseId\": \"r\", \"value\": true}")
            .post("/v1/loops/gone/feedback");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("unknown-loop");
  }
}
