package dev.whetstone.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.cli.recovery.DeadLetterRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeadLetterCommandTest {
  private final DeadLetterRecord letter =
      new DeadLetterRecord(
          "whetstone.feedback.dlq",
          1,
          42,
          Instant.EPOCH,
          "acme/support",
          Map.of("error-code", "effect-failed", "error-detail", "the tokenizer was not readable"),
          "{\"text\": \"of a user\"}".getBytes(StandardCharsets.UTF_8));

  @Test
  void shouldPrintTheReasonWithoutTheText() {
    assertThat(printed(false))
        .contains("whetstone.feedback.dlq:1:42")
        .contains("effect-failed: the tokenizer was not readable")
        .contains("print it with --body")
        .doesNotContain("of a user");
  }

  @Test
  void shouldPrintTheTextWhenItIsAskedFor() {
    assertThat(printed(true)).contains("{\"text\": \"of a user\"}");
  }

  @Test
  void shouldRefuseAReplayOfEverything() {
    StringWriter error = new StringWriter();

    int code =
        WhetstoneCommand.commandLine().setErr(new PrintWriter(error)).execute("dlq", "replay");

    assertThat(code).isNotZero();
    assertThat(error.toString()).contains("it is not clear which dead letters are meant");
  }

  private String printed(boolean body) {
    StringWriter out = new StringWriter();
    DeadLetterCommand.print(new PrintWriter(out), letter, body);
    return out.toString();
  }
}
