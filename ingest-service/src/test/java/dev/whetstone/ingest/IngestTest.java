package dev.whetstone.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.ingest.loops.KnownLoops;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The running service on real Kafka, with the loops acme/support, acme/search and other/theirs. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
public abstract class IngestTest {
  protected static final String FEEDBACK = "/v1/loops/support/feedback";
  protected static final String INTERACTIONS = "/v1/loops/support/interactions";

  @Inject protected KnownLoops known;
  @TestHTTPResource protected URI root;

  @TestHTTPResource(value = "/", management = true)
  URI managementRoot;

  protected static KafkaProbe kafka;

  @BeforeAll
  static void openProbe() {
    kafka = KafkaProbe.shared();
  }

  @BeforeEach
  void declareLoops() {
    Loops.declare(kafka, known, "acme", "support");
    Loops.declare(kafka, known, "acme", "search");
    Loops.declare(kafka, known, "other", "theirs");
  }

  @AfterAll
  static void closeProbe() {
    kafka.close();
  }

  protected Http http() {
    return new Http(root);
  }

  /** A request to the management port. */
  protected Http management() {
    return new Http(managementRoot);
  }

  /** A request with acme's full key and a JSON body. */
  protected Http json(String body) {
    return http().as(TestKeys.ACME).body("application/json", body);
  }

  /** A request with acme's full key and one JSON object per line. */
  protected Http lines(String body) {
    return http().as(TestKeys.ACME).body("application/x-ndjson", body);
  }

  /** What lies on the feedback topic under an event id. */
  protected static List<ConsumerRecord<String, byte[]>> published(String id) {
    return kafka.all(TopicNames.FEEDBACK).stream()
        .filter(message -> id.equals(KafkaProbe.header(message, "ce_id")))
        .toList();
  }

  protected static void assertProblem(Http.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.at("/code")).as(answer.text()).isEqualTo(code);
    assertThat(answer.at("/type")).isEqualTo("urn:whetstone:problem:" + code);
    assertThat(answer.json().at("/status").asInt()).isEqualTo(status);
    assertThat(answer.at("/title")).isNotBlank();
    assertThat(answer.at("/detail")).isNotBlank();
  }
}
