package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.CheckpointTainted;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InfrastructureResourceTest {
  private final java.util.Map<String, String> settings = new InfrastructureResource().start();

  @Test
  void shouldStartOnce() {
    assertThat(new InfrastructureResource().start()).isEqualTo(settings);
  }

  @Test
  void shouldProvideADatabase() throws Exception {
    try (var connection =
        DriverManager.getConnection(
            settings.get("quarkus.datasource.jdbc.url"),
            settings.get("quarkus.datasource.username"),
            settings.get("quarkus.datasource.password"))) {
      assertThat(connection.isValid(5)).isTrue();
    }
  }

  @Test
  void shouldDeliverAnEvent() {
    var loop = new LoopId("acme", "support");
    var data = new CheckpointTainted("c1", "erasure", null);
    var attributes =
        new EventAttributes(
            "e1",
            "training",
            EventType.CHECKPOINT_TAINTED,
            Instant.parse("2026-11-20T12:00:00Z"),
            "c1",
            loop,
            loop.key(),
            null);
    try (var probe = KafkaProbe.at(settings.get("kafka.bootstrap.servers"))) {
      probe.send(new Event<>(attributes, data));

      var records = probe.all(TopicNames.CHECKPOINTS, EventType.CHECKPOINT_TAINTED.wireName());
      assertThat(records)
          .singleElement()
          .satisfies(
              message -> {
                assertThat(message.key()).isEqualTo("acme/support");
                assertThat(KafkaProbe.header(message, "ce_id")).isEqualTo("e1");
                assertThat(KafkaProbe.body(message, CheckpointTainted.class)).isEqualTo(data);
              });
    }
  }

  @Test
  void shouldProvideAStoreAndKeys() throws Exception {
    assertThat(Path.of(URI.create(settings.get("whetstone.store.uri")))).isDirectory();
    assertThat(Files.readString(Path.of(settings.get("whetstone.keys.file"))))
        .contains("\"tenant\": \"other\"")
        .doesNotContain(TestKeys.ACME.text());
  }
}
