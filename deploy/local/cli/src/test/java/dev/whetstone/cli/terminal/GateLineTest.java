package dev.whetstone.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.whetstone.client.api.ApiClient;
import org.junit.jupiter.api.Test;

class GateLineTest {
  @Test
  void shouldShowFiguresIntervalAndNumber() throws JsonProcessingException {
    String line =
        GateLine.of(
            ApiClient.JSON.readTree(
                """
                {"name": "FRESH", "outcome": "passed", "n": 144, "champion": 0, "candidate": 0.986,
                 "difference": 0.986, "interval": {"lower": 0.965, "upper": 1.0}, "margin": 0.01, "enforced": true}
                """));

    assertThat(line).contains("FRESH", "passed", "+0.986 [+0.965, +1.000]", "n 144");
  }

  @Test
  void shouldShowWhyAGateWasNotMeasured() throws JsonProcessingException {
    String line =
        GateLine.of(
            ApiClient.JSON.readTree(
                "{\"name\": \"SAFETY\", \"outcome\": \"not_measured\", \"reason\": \"no suite\"}"));

    assertThat(line).contains("SAFETY", "not_measured", "no suite");
  }

  @Test
  void shouldHeadlineTheGateThatFailed() throws JsonProcessingException {
    String headline =
        GateLine.headline(
            ApiClient.JSON.readTree(
                """
                {"reason": "FRESH is fine; RETAIN is not", "gates": [
                  {"name": "FRESH", "outcome": "passed", "enforced": true, "reason": "fine"},
                  {"name": "shadow", "outcome": "failed", "enforced": false, "reason": "shown"},
                  {"name": "RETAIN", "outcome": "failed", "enforced": true, "reason": "lost 0.16"}]}
                """));

    assertThat(headline).isEqualTo("failed RETAIN: lost 0.16");
  }
}
