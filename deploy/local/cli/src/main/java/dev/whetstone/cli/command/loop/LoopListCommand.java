package dev.whetstone.cli.command.loop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the declared loops. */
@Command(
    name = "list",
    description = "List the loops of every tenant that this machine has a key for.",
    mixinStandardHelpOptions = true)
final class LoopListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    List<LoopReference> loops = LoopReference.all(context);
    if (json) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(machineForm(loops).toPrettyString());
      out.flush();
      return 0;
    }
    Terminal terminal = context.terminal();
    if (loops.isEmpty()) {
      terminal.print("There is no loop yet. Declare one: ./whetstone loop apply FILE");
      return 0;
    }
    terminal.print("%-40s %-8s %8s  %s", "LOOP", "STATE", "REVISION", "ENDPOINT");
    for (LoopReference loop : loops) {
      terminal.print(
          "%-40s %-8s %8d  %s",
          loop.qualified(),
          loop.declared().path("state").asText("active"),
          loop.declared().path("revision").asLong(),
          loop.declared().at("/spec/spec/serving/endpoint").asText());
    }
    return 0;
  }

  /** One object per loop, without its spec: {@code loop show} prints that. */
  static ArrayNode machineForm(List<LoopReference> loops) {
    ArrayNode list = ApiClient.JSON.createArrayNode();
    for (LoopReference loop : loops) {
      ObjectNode entry = list.addObject().put("tenant", loop.tenant());
      loop.declared()
          .properties()
          .forEach(
              field -> {
                if (!field.getKey().equals("spec")) {
                  entry.set(field.getKey(), field.getValue());
                }
              });
    }
    return list;
  }
}
