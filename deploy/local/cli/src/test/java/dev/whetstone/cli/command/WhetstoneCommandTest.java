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
  @ValueSource(
      strings = {
        "up",
        "down",
        "status",
        "watch",
        "why",
        "key",
        "loop",
        "send",
        "seal",
        "approve",
        "refuse",
        "erase",
        "logs",
        "dlq",
        "restore",
        "doctor",
        "test",
        "completion"
      })
  void shouldKnowTheCommand(String name) {
    assertThat(WhetstoneCommand.commandLine().getSubcommands()).containsKey(name);
  }

  @Test
  void shouldPrintTheHelpOfASubcommand() {
    StringWriter output = new StringWriter();

    int code =
        WhetstoneCommand.commandLine()
            .setOut(new PrintWriter(output))
            .execute("key", "create", "--help");

    assertThat(code).isZero();
    assertThat(output.toString()).contains("Create a key and show it once.");
  }

  @Test
  void shouldRefuseAnUnknownCommandAndSuggestASimilarOne() {
    StringWriter output = new StringWriter();

    int code = WhetstoneCommand.commandLine().setErr(new PrintWriter(output)).execute("stats");

    assertThat(code).isNotZero();
    assertThat(output.toString()).contains("stats", "status");
  }

  @Test
  void shouldNotSuggestACommandThatIsNotSimilar() {
    StringWriter output = new StringWriter();

    int code = WhetstoneCommand.commandLine().setErr(new PrintWriter(output)).execute("repair");

    assertThat(code).isNotZero();
    assertThat(output.toString()).contains("repair", "--help").doesNotContain("down");
  }

  @Test
  void shouldPrintACompletionScript() {
    StringWriter output = new StringWriter();

    int code = WhetstoneCommand.commandLine().setOut(new PrintWriter(output)).execute("completion");

    assertThat(code).isZero();
    assertThat(output.toString()).contains("complete -F", "pause");
  }

  @Test
  void shouldPrintNoErrorWhileTheJvmShutsDown() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FailingDuringShutdown.class.getName())
            .redirectErrorStream(true)
            .start();

    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(output.strip()).isEqualTo("exit code 1");
  }

  /**
   * Runs a failing command during JVM shutdown, as happens when Ctrl-C has stopped the services.
   */
  static final class FailingDuringShutdown {
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
