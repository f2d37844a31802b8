package dev.whetstone.cli.command;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

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

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    context.requireRunning(StackComponent.EVAL);
    boolean found = false;
    for (String tenant : context.operatorKeys().tenants()) {
      found |= new LifeReport(context.api(tenant), context.terminal(), tenant).show(id);
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
