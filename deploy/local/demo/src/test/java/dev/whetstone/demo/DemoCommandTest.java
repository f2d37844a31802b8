package dev.whetstone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.cli.command.WhetstoneCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DemoCommandTest {
  @Test
  void shouldBeTheFirstCommandOfTheCommandLine() {
    assertThat(WhetstoneCommand.commandLine().getSubcommands().keySet())
        .startsWith("demo")
        .contains("up", "test");
  }

  @Test
  void shouldParseItsOptions() {
    CommandLine.ParseResult result =
        WhetstoneCommand.commandLine()
            .parseArgs("demo", "--seeds", "5", "--seed", "3", "--down", "--fresh");

    CommandLine.ParseResult demo = result.subcommand();
    assertThat((int) demo.matchedOptionValue("--seeds", 0)).isEqualTo(5);
    assertThat((long) demo.matchedOptionValue("--seed", 0L)).isEqualTo(3);
    assertThat(demo.hasMatchedOption("--down")).isTrue();
    assertThat(demo.hasMatchedOption("--fresh")).isTrue();
  }

  @Test
  void shouldRefuseLessThanOneSeed() {
    StringWriter said = new StringWriter();

    int code =
        WhetstoneCommand.commandLine()
            .setErr(new PrintWriter(said))
            .execute("demo", "--seeds", "0");

    assertThat(code).isNotZero();
    assertThat(said.toString()).contains("--seeds is 0; give 1 or more");
  }
}
