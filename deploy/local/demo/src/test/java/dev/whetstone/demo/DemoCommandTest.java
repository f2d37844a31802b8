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
    StringWriter output = new StringWriter();

    int code =
        WhetstoneCommand.commandLine()
            .setErr(new PrintWriter(output))
            .execute("demo", "--seeds", "0");

    assertThat(code).isNotZero();
    assertThat(output.toString()).contains("--seeds is 0; use 1 or more");
  }
}
