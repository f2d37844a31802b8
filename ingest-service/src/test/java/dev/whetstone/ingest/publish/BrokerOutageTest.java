package dev.whetstone.ingest.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.ingest.Http;
import dev.whetstone.ingest.Loops;
import dev.whetstone.ingest.loops.KnownLoops;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(value = BrokerResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class BrokerOutageTest {
  private static final String FEEDBACK = "/v1/loops/support/feedback";

  @Inject KnownLoops known;

  @TestHTTPResource(value = "/", management = true)
  URI management;

  @TestHTTPResource URI root;
  Broker broker;

  @BeforeEach
  void declareLoop() {
    try (var kafka = KafkaProbe.at(broker.bootstrapServers())) {
      Loops.declare(kafka, known, "acme", "support");
    }
  }

  @Test
  @DisplayName("I1: no acknowledgement, no 202; the same request again is accepted (I2)")
  void shouldAnswer503WhenTheBrokerDoesNotAcknowledge() {
    String body = "[{\"responseId\":\"o-1\",\"kind\":\"thumb\",\"value\":true}]";
    broker.freeze();
    try {
      var refused = post(body);
      assertThat(refused.status()).as(refused.text()).isEqualTo(503);
      assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
      assertThat(refused.header("Retry-After")).isEqualTo("5");
      assertThat(refused.at("/code")).isEqualTo("broker-not-acknowledging");
      assertThat(refused.at("/remedy")).contains("same request again");
      assertThat(new Http(root).as(TestKeys.ACME).delete("/v1/endusers/u-1").status())
          .isEqualTo(503);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> new Http(management).get("/q/health/ready").status() == 503);
    } finally {
      broker.thaw();
    }

    String id = awaitAccepted(body);

    var copies = inKafka().stream().filter(m -> id.equals(KafkaProbe.header(m, "ce_id"))).toList();
    assertThat(copies).isNotEmpty();
    assertThat(copies).allSatisfy(m -> assertThat(m.value()).isEqualTo(copies.getFirst().value()));
  }

  @Test
  @DisplayName("I1: whatever was answered 202 is in Kafka, though the broker was killed meanwhile")
  void shouldLoseNoAcceptedEventWhenTheBrokerIsKilled() throws Exception {
    Set<String> accepted = ConcurrentHashMap.newKeySet();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger sequence = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 4; i++) {
        var unused =
            clients.submit(
                () -> {
                  while (!enough.get()) {
                    var answer = post(batch(sequence.getAndIncrement()));
                    if (answer.status() == 202) {
                      accepted.addAll(answer.all("id"));
                    } else {
                      refused.incrementAndGet();
                    }
                  }
                });
      }
      try {
        await().atMost(Duration.ofSeconds(20)).until(() -> accepted.size() > 200);
        broker.kill();
        await().atMost(Duration.ofSeconds(20)).until(() -> refused.get() > 3);
        int before = accepted.size();
        broker.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> accepted.size() > before + 200);
      } finally {
        // Else a failure waits for clients that never end.
        enough.set(true);
      }
    }

    var there =
        inKafka().stream().map(m -> KafkaProbe.header(m, "ce_id")).collect(Collectors.toSet());
    assertThat(there).containsAll(accepted);
  }

  @Test
  void shouldNotAskForARetryOfARecordThatIsTooLargeForTheBroker() throws Exception {
    String body =
        "[{\"responseId\":\"large\",\"kind\":\"comment\",\"rationale\":\"%s\"}]"
            .formatted("y".repeat(50_000));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      limitRecords(admin, OpType.SET);
      try {
        var refused =
            await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> post(body), answer -> answer.status() != 202);
        assertThat(refused.status()).as(refused.text()).isEqualTo(413);
        assertThat(refused.at("/code")).isEqualTo("item-too-large");
      } finally {
        limitRecords(admin, OpType.DELETE);
      }
    }
  }

  private static void limitRecords(Admin admin, OpType operation) throws Exception {
    var topic = new ConfigResource(ConfigResource.Type.TOPIC, TopicNames.FEEDBACK);
    var limit = new AlterConfigOp(new ConfigEntry("max.message.bytes", "20000"), operation);
    admin.incrementalAlterConfigs(Map.of(topic, List.of(limit))).all().get();
  }

  private String awaitAccepted(String body) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> post(body), answer -> answer.status() == 202)
        .at("/0/id");
  }

  private Http.Answer post(String body) {
    return new Http(root).as(TestKeys.ACME).body("application/json", body).post(FEEDBACK);
  }

  private static String batch(int number) {
    return IntStream.range(0, 10)
        .mapToObj(
            i ->
                "{\"id\":\"k-%d-%d\",\"responseId\":\"r-%d\",\"kind\":\"thumb\",\"value\":true}"
                    .formatted(number, i, i))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private List<org.apache.kafka.clients.consumer.ConsumerRecord<String, byte[]>> inKafka() {
    try (var kafka = KafkaProbe.at(broker.bootstrapServers())) {
      return kafka.all(TopicNames.FEEDBACK);
    }
  }
}
