package dev.whetstone.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.ingest.IngestTest;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.testing.TestInfrastructure;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
class IntakeTest extends IngestTest {
  private static final String THUMB = "{\"responseId\":\"r-1\",\"kind\":\"thumb\",\"value\":true}";

  @Test
  @DisplayName("I1: of the intake, every record is on the feedback topic or among the dead letters")
  void shouldPassOnValidRecordsAndDeadLetterInvalidOnes() {
    kafka.send(binary("k-good-1", "acme", "support", THUMB));
    kafka.send(binary("k-kind", "acme", "support", THUMB.replace("thumb", "thump")));
    kafka.send(binary("k-json", "acme", "support", "{\"responseId\":"));
    kafka.send(binary("k-two", "acme", "support", THUMB + THUMB));
    kafka.send(binary("k-loop", "acme", "nowhere", THUMB));
    kafka.send(binary("k-tenant", null, "support", THUMB));
    kafka.send(binary("k-null", "acme", "support", null));
    kafka.send(binary("k-huge", "acme", "support", "{\"x\": \"" + "y".repeat(1_040_000) + "\"}"));
    kafka.send(structured("k-good-2"));
    kafka.send(binary("k-good-3", "other", "theirs", THUMB));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(published("k-good-1")).hasSize(1);
              assertThat(published("k-good-2")).hasSize(1);
              assertThat(published("k-good-3")).hasSize(1);
              assertThat(published("k-loop")).as("curation parks it").hasSize(1);
              assertThat(letters())
                  .filteredOn(letter -> KafkaProbe.header(letter, "ce_id").startsWith("k-"))
                  .hasSize(6);
            });
    assertThat(published("k-good-1").getFirst().key()).isEqualTo("acme/support/r-1");
    assertThat(KafkaProbe.header(published("k-good-3").getFirst(), "ce_tenant")).isEqualTo("other");
    assertLetter("k-kind", "invalid-value", "/kind");
    assertLetter("k-json", "malformed-json", null);
    assertLetter("k-two", "malformed-json", null);
    assertLetter("k-tenant", "missing-field", null);
    assertLetter("k-null", "no-items", null);
    assertLetter("k-huge", "item-too-large", null);
    var kind = letter("k-kind");
    assertThat(new String(kind.value(), StandardCharsets.UTF_8)).contains("thump");
    assertThat(KafkaProbe.header(kind, "original-topic")).isEqualTo(TopicNames.INTAKE);
    assertThat(KafkaProbe.header(kind, "original-offset")).isNotNull();
    assertThat(KafkaProbe.header(kind, "error-detail")).contains("thump").contains("send thumb");
    assertThat(KafkaProbe.header(letter("k-huge"), "error-cut")).isEqualTo("true");
  }

  @Test
  @DisplayName("I1: a letter fits into Kafka however much there is to say about the record")
  void shouldReportAFaultWithALongPointer() {
    String names = ("{\"" + "n".repeat(990) + "\":").repeat(38);
    String deep = names + "\"\\u0000\"" + "}".repeat(38);
    String longNames =
        ("{\"" + "n".repeat(45_000) + "\":").repeat(20) + "\"\\u0000\"" + "}".repeat(20);
    kafka.send(binary("l-deep", "acme", "support", deep));
    kafka.send(binary("l-names", "acme", "support", longNames));
    kafka.send(binary("l-next", "acme", "support", THUMB));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(published("l-next")).hasSize(1));
    assertThat(KafkaProbe.header(letter("l-deep"), "error-code")).isEqualTo("invalid-text");
    assertThat(KafkaProbe.header(letter("l-deep"), "error-pointer")).hasSize(1_001);
    assertThat(KafkaProbe.header(letter("l-names"), "error-code")).isEqualTo("item-too-large");
  }

  @Test
  @DisplayName("I1: a broker that takes no letter of that size gets one with the headers only")
  void shouldCutADeadLetterThatIsTooLarge() throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", TestInfrastructure.shared().bootstrapServers()))) {
      limitLetters(admin, OpType.SET);
      try {
        String text = "y".repeat(100_000);
        kafka.send(
            binary("m-bad", "acme", "support", "{\"kind\": \"thump\", \"x\": \"" + text + "\"}"));
        kafka.send(binary("m-next", "acme", "support", THUMB));
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () -> {
                  assertThat(published("m-next")).isNotEmpty();
                  assertThat(letter("m-bad").value()).isNullOrEmpty();
                });
      } finally {
        limitLetters(admin, OpType.DELETE);
      }
    }
    assertThat(KafkaProbe.header(letter("m-bad"), "error-code")).isEqualTo("invalid-value");
    assertThat(KafkaProbe.header(letter("m-bad"), "error-cut")).isEqualTo("true");
    assertThat(KafkaProbe.header(letter("m-bad"), "original-offset")).isNotNull();
  }

  private static void limitLetters(Admin admin, OpType operation) throws Exception {
    var topic =
        new ConfigResource(ConfigResource.Type.TOPIC, TopicNames.deadLetters(TopicNames.INTAKE));
    var limit = new AlterConfigOp(new ConfigEntry("max.message.bytes", "20000"), operation);
    admin.incrementalAlterConfigs(Map.of(topic, List.of(limit))).all().get();
  }

  @Test
  void shouldRefuseEventsOfOtherTopicsAndOfUnknownTypes() {
    for (String type : List.of("dev.whetstone.batch.adopted.v1", "dev.whetstone.unheard.of.v1")) {
      ProducerRecord<String, byte[]> message = binary("t-" + type, "acme", "support", THUMB);
      message.headers().remove("ce_type").add("ce_type", type.getBytes(StandardCharsets.UTF_8));
      kafka.send(message);
    }
    kafka.send(binary("t-next", "acme", "support", THUMB));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(published("t-next")).hasSize(1));
    for (String type : List.of("dev.whetstone.batch.adopted.v1", "dev.whetstone.unheard.of.v1")) {
      assertThat(KafkaProbe.header(letter("t-" + type), "error-code"))
          .isEqualTo("unsupported-event-type");
      assertThat(KafkaProbe.header(letter("t-" + type), "error-detail")).contains(type);
      assertThat(published("t-" + type)).isEmpty();
    }
  }

  @Test
  void shouldRefuseReservedSources() {
    for (String source : List.of("import:warehouse", "eval", "curation", "training", "ingest")) {
      ProducerRecord<String, byte[]> message = binary("s-" + source, "acme", "support", THUMB);
      message
          .headers()
          .remove("ce_source")
          .add("ce_source", source.getBytes(StandardCharsets.UTF_8));
      kafka.send(message);
    }
    kafka.send(binary("s-next", "acme", "support", THUMB));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(published("s-next")).hasSize(1));
    for (String source : List.of("import:warehouse", "eval", "curation", "training", "ingest")) {
      assertLetter("s-" + source, "reserved-source", null);
      assertThat(KafkaProbe.header(letter("s-" + source), "error-detail"))
          .contains("'" + source + "' is reserved");
    }
  }

  @Test
  void shouldDeadLetterTimesInTheFuture() {
    String future = THUMB.replace("}", ",\"occurredAt\":\"2131-01-01T00:00:00Z\"}");
    kafka.send(binary("f-future", "acme", "support", future));
    kafka.send(binary("f-next", "acme", "support", THUMB));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(published("f-next")).hasSize(1));
    assertLetter("f-future", "invalid-value", "/occurredAt");
    assertThat(KafkaProbe.header(letter("f-future"), "error-detail"))
        .contains("lies in the future");
  }

  private void assertLetter(String id, String code, @Nullable String pointer) {
    assertThat(KafkaProbe.header(letter(id), "error-code")).as(id).isEqualTo(code);
    assertThat(KafkaProbe.header(letter(id), "error-pointer")).as(id).isEqualTo(pointer);
    assertThat(published(id)).isEmpty();
  }

  private static ConsumerRecord<String, byte[]> letter(String id) {
    return letters().stream()
        .filter(message -> id.equals(KafkaProbe.header(message, "ce_id")))
        .findFirst()
        .orElseThrow();
  }

  private static List<ConsumerRecord<String, byte[]>> letters() {
    return kafka.all(TopicNames.deadLetters(TopicNames.INTAKE));
  }

  private static ProducerRecord<String, byte[]> structured(String id) {
    String event =
        """
        {"specversion": "1.0", "id": "%s", "source": "warehouse", "tenant": "acme",
         "type": "dev.whetstone.feedback.given.v1", "loop": "support", "data": %s}
        """
            .formatted(id, THUMB);
    var message =
        new ProducerRecord<>(TopicNames.INTAKE, id, event.getBytes(StandardCharsets.UTF_8));
    put(message, "content-type", "application/cloudevents+json; charset=UTF-8");
    return message;
  }

  private static ProducerRecord<String, byte[]> binary(
      String id, @Nullable String tenant, String loop, @Nullable String data) {
    var message =
        new ProducerRecord<>(
            TopicNames.INTAKE, id, data == null ? null : data.getBytes(StandardCharsets.UTF_8));
    put(message, "ce_specversion", "1.0");
    put(message, "ce_id", id);
    put(message, "ce_source", "warehouse");
    put(message, "ce_type", "dev.whetstone.feedback.given.v1");
    if (tenant != null) {
      put(message, "ce_tenant", tenant);
    }
    put(message, "ce_loop", loop);
    return message;
  }

  private static void put(ProducerRecord<String, byte[]> message, String name, String value) {
    message.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
