package dev.whetstone.cli.command.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseCheckTest {
  @TempDir Path folder;

  @Test
  void shouldSayNothingOfABaseThatTrainsEverything() throws IOException {
    assertThat(check("{\"name\": \"an answer\", \"verdict\": \"trains\", \"detail\": \"\"}", ""))
        .isEqualTo(new BaseCheck(true, List.of()));
  }

  @Test
  void shouldNameWhatTheBaseRefusesAndLoses() throws IOException {
    BaseCheck check =
        check(
            """
            {"name": "an answer", "verdict": "trains", "detail": ""},
            {"name": "a tool call", "verdict": "refused", "detail": "template-drops-tool-calls: x"},
            {"name": "tool definitions", "verdict": "loses", "detail": "prints nothing of: 'y'"}
            """,
            "template-differs: row 1");

    assertThat(check.usable()).isTrue();
    assertThat(check.lines())
        .containsExactly(
            "the base's chat template trains 1 of 3 kinds of conversations",
            "rows with a tool call will be left out of training: template-drops-tool-calls: x",
            "the base loses something of tool definitions: prints nothing of: 'y'",
            "the model server renders conversations in another way: template-differs: row 1");
  }

  @Test
  void shouldGiveTheWorkersReasonWhereItCannotCheck() throws IOException {
    Path python = script("echo first >&2; echo 'unusable-base: no tokenizer' >&2; exit 65");

    assertThat(BaseCheck.of(python, spec(folder.toUri().toString())))
        .get()
        .extracting(BaseCheck::lines)
        .asString()
        .contains("the base was not checked: unusable-base: no tokenizer");
  }

  @Test
  void shouldPassTheBaseAndTheServer() throws IOException {
    Path python =
        script("printf '{\"usable\": false, \"server\": \"template-differs: %s\"}' \"$*\"");

    assertThat(BaseCheck.of(python, spec(folder.toUri().toString())))
        .get()
        .satisfies(
            check -> {
              assertThat(check.usable()).isFalse();
              assertThat(check.lines().getLast())
                  .endsWith(
                      "-m whetstone_worker check-base --base "
                          + folder.toUri().getPath()
                          + " --endpoint http://127.0.0.1:1");
            });
  }

  @Test
  void shouldLeaveABaseElsewhereToTheWorker() throws IOException {
    Path python = script("exit 1");

    assertThat(BaseCheck.of(python, spec("s3://models/base"))).isEmpty();
    assertThat(BaseCheck.of(python, spec("file:///absent/base"))).isEmpty();
  }

  private static BaseCheck check(String capabilities, String server)
      throws JsonProcessingException {
    return BaseCheck.judge(
        ApiClient.JSON.readTree(
            "{\"usable\": true, \"capabilities\": [%s], \"server\": \"%s\"}"
                .formatted(capabilities, server)));
  }

  private static ObjectNode spec(String base) {
    ObjectNode spec = ApiClient.JSON.createObjectNode();
    spec.putObject("baseModel").put("uri", base);
    spec.putObject("serving").put("endpoint", "http://127.0.0.1:1");
    return spec;
  }

  private Path script(String body) throws IOException {
    Path script = folder.resolve("python");
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }
}
