package dev.whetstone.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhetstoneCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"up", "down", "status", "why", "key", "loop", "logs", "test"})
  void shouldKnowTheCommand(String name) {
    assertThat(WhetstoneCommand.commandLine().getSubcommands()).containsKey(name);
  }

  @Test
  void shouldExplainAVerbOfACommand() {
    StringWriter said = new StringWriter();

    int code =
        WhetstoneCommand.commandLine()
            .setOut(new PrintWriter(said))
            .execute("key", "create", "--help");

    assertThat(code).isZero();
    assertThat(said.toString()).contains("Make a key and show it, once.");
  }

  @Test
  void shouldRefuseAnUnknownCommandAndSuggestASimilarOne() {
    StringWriter said = new StringWriter();

    int code = WhetstoneCommand.commandLine().setErr(new PrintWriter(said)).execute("stats");

    assertThat(code).isNotZero();
    assertThat(said.toString()).contains("stats", "status");
  }

  @Test
  void shouldSayNothingOfWhatFailsWhileItEnds() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FailingWhileItEnds.class.getName())
            .redirectErrorStream(true)
            .start();

    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(said.strip()).isEqualTo("exit code 1");
  }

  /** Its command fails in the JVM's last moments, as one does whose services Ctrl-C has ended. */
  static final class FailingWhileItEnds {
    public static void main(String[] arguments) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () ->
                      System.out.println(
                          "exit code "
                              + WhetstoneCommand.commandLine()
                                  .execute("loop", "validate", "nowhere.yaml"))));
    }
  }
}
