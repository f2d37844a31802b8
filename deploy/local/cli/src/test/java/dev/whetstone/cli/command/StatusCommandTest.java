package dev.whetstone.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StatusCommandTest {
  @Test
  void shouldShowTheRemedyOfALongMessage() {
    String remedy = "mount the file again, or name another: spec.evaluation.suites";
    JsonNode condition =
        ApiClient.JSON
            .createObjectNode()
            .put("type", "Judging")
            .put("status", "False")
            .put(
                "message",
                "the suite golden cannot be read " + "for a reason ".repeat(20) + remedy);
    var output = new ByteArrayOutputStream();

    StatusCommand.showCondition(
        new Terminal(new PrintStream(output, true, StandardCharsets.UTF_8), false), condition);

    String text = output.toString(StandardCharsets.UTF_8);
    assertThat(text.lines()).hasSizeGreaterThan(1).allMatch(line -> line.length() <= 110);
    assertThat(text.lines().skip(1)).allMatch(line -> line.startsWith(" ".repeat(15)));
    assertThat(text.replaceAll("\\s+", " ")).contains(remedy);
  }
}
