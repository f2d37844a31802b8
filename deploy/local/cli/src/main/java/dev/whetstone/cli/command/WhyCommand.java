package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the full history of an event, a response or a checkpoint. */
@Command(
    name = "why",
    description = "Show the full history of an event, a response or a checkpoint.",
    mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "EVENT|RESPONSE|CHECKPOINT",
      description =
          "an event id, a response id or a checkpoint id (at least its first eight digits)")
  private String id = "";

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    context.requireRunning(StackComponent.EVAL);
    boolean found = false;
    ArrayNode answers = ApiClient.JSON.createArrayNode();
    for (String tenant : context.operatorKeys().tenants()) {
      LifeReport report = new LifeReport(context.api(tenant), context.terminal(), tenant);
      if (json) {
        answers.addAll(report.answers(id));
      } else {
        found |= report.show(id);
      }
    }
    if (!answers.isEmpty()) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(answers.toPrettyString());
      out.flush();
      return 0;
    }
    if (!found) {
      throw new RemedyException(
          "no event, response or checkpoint has the id '" + id + "'",
          "use an id from a receipt or from"
              + " GET /v1/loops/{loop}/decisions; retry after a second if the event was just sent");
    }
    return 0;
  }
}
