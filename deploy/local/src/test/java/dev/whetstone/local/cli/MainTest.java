package dev.whetstone.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  @ParameterizedTest
  @ValueSource(strings = {"demo", "up", "down", "status", "why", "key", "loop", "logs", "test"})
  void shouldKnowTheCommand(String name) {
    assertThat(Main.commandLine().getSubcommands()).containsKey(name);
  }

  @Test
  void shouldExplainAVerbOfACommand() {
    StringWriter said = new StringWriter();

    int code = Main.commandLine().setOut(new PrintWriter(said)).execute("key", "create", "--help");

    assertThat(code).isZero();
    assertThat(said.toString()).contains("Make a key and show it, once.");
  }

  @Test
  void shouldReadTheDemosOptions() {
    CommandLine.ParseResult result =
        Main.commandLine().parseArgs("demo", "--seeds", "5", "--seed", "3", "--down", "--fresh");

    CommandLine.ParseResult demo = result.subcommand();
    assertThat((int) demo.matchedOptionValue("--seeds", 0)).isEqualTo(5);
    assertThat((long) demo.matchedOptionValue("--seed", 0L)).isEqualTo(3);
    assertThat(demo.hasMatchedOption("--down")).isTrue();
    assertThat(demo.hasMatchedOption("--fresh")).isTrue();
  }

  @Test
  void shouldPlayAtLeastOneSeed() {
    StringWriter said = new StringWriter();

    int code = Main.commandLine().setErr(new PrintWriter(said)).execute("demo", "--seeds", "0");

    assertThat(code).isNotZero();
    assertThat(said.toString()).contains("--seeds is 0; give 1 or more");
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() {
    StringWriter said = new StringWriter();

    int code = Main.commandLine().setErr(new PrintWriter(said)).execute("demos");

    assertThat(code).isNotZero();
    assertThat(said.toString()).contains("demos", "demo");
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
                              + Main.commandLine().execute("loop", "validate", "nowhere.yaml"))));
    }
  }
}
