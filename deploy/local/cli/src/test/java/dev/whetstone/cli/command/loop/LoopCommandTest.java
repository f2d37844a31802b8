package dev.whetstone.cli.command.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.ApiClient;
import org.junit.jupiter.api.Test;

class LoopCommandTest {
  @Test
  void shouldPrintPointersValuesAndOriginsForPrograms() throws JsonProcessingException {
    JsonNode explanation =
        ApiClient.JSON.readTree(
            """
            {
              "loop": "support",
              "specSha256": "00",
              "spec": {},
              "settings": [
                {"pointer": "/spec/training/epochs", "value": 6, "origin": "file"}
              ],
              "yaml": "kind: Loop"
            }
            """);

    JsonNode printed = ApiClient.JSON.readTree(LoopCommand.machineForm(explanation));

    assertThat(printed.at("/settings/0/pointer").asText()).isEqualTo("/spec/training/epochs");
    assertThat(printed.at("/settings/0/origin").asText()).isEqualTo("file");
    assertThat(printed.has("yaml")).isFalse();
    assertThat(explanation.has("yaml")).isTrue();
  }
}
