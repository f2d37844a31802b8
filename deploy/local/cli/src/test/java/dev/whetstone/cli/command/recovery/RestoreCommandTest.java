package dev.whetstone.cli.command.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.cli.command.WhetstoneCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestoreCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ingest  | 2026-11-20T08:00:00Z | the ingest service has no database",
        "nothing | 2026-11-20T08:00:00Z | there is no service",
        "eval    | yesterday            | is not a time",
      })
  void shouldRefuseWhatItCannotRewind(String service, String time, String message) {
    StringWriter error = new StringWriter();

    int code =
        WhetstoneCommand.commandLine()
            .setErr(new PrintWriter(error))
            .execute("restore", "rewind", service, "--to", time);

    assertThat(code).isNotZero();
    assertThat(error.toString()).contains(message);
  }

  @Test
  void shouldRefuseAFolderThatIsNoBackup(@TempDir Path folder) {
    StringWriter error = new StringWriter();

    int code =
        WhetstoneCommand.commandLine()
            .setErr(new PrintWriter(error))
            .execute("restore", "from", folder.toString());

    assertThat(code).isNotZero();
    assertThat(error.toString()).contains("is no complete backup");
  }
}
