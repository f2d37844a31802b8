package dev.whetstone.cli.command.loop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.StackComponent;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the declaration of a loop that is in force. */
@Command(
    name = "show",
    description = "Show a loop's declaration with every field and the origin of each value.",
    mixinStandardHelpOptions = true)
final class LoopShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = LoopReference.LABEL)
  private String loop = "";

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    LoopReference found = LoopReference.find(context, loop);
    JsonNode explained = found.call(context, StackComponent.EVAL, "POST", "/explain");
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(explained.toPrettyString());
      out.flush();
      return 0;
    }
    Terminal terminal = context.terminal();
    terminal.print(
        "%s  revision %d, %s, digest %s",
        terminal.bold(found.qualified()),
        found.declared().path("revision").asLong(),
        found.declared().path("state").asText("active"),
        explained.path("specSha256").asText());
    for (JsonNode setting : explained.path("settings")) {
      terminal.print(
          "  %-48s %-36s %s",
          setting.path("pointer").asText(),
          setting.path("value").toString(),
          terminal.dim(setting.path("origin").asText()));
    }
    return 0;
  }
}
