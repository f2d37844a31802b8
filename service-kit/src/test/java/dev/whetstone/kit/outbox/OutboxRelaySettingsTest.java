package dev.whetstone.kit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The relay reaches a broker that demands encryption and a login, as the consumers do. */
class OutboxRelaySettingsTest {
  @Test
  void shouldSendWithTheSecurityOfTheBrokersSettings() {
    Map<String, Object> broker =
        Map.of(
            "bootstrap.servers", "kafka:9093",
            "security.protocol", "SASL_SSL",
            "sasl.jaas.config", "ScramLoginModule required;",
            "acks", "0");

    Map<String, Object> settings = OutboxRelay.producerSettings(broker);

    assertThat(settings)
        .containsEntry("bootstrap.servers", "kafka:9093")
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("sasl.jaas.config", "ScramLoginModule required;")
        .containsEntry("acks", "all");
  }
}
