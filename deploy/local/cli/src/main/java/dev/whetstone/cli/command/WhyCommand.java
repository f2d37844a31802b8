package dev.whetstone.cli.command;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells the whole life of an event, an answer or a checkpoint. */
@Command(
    name = "why",
    description = "Tell the whole life of an event, an answer or a checkpoint.",
    mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "EVENT|RESPONSE|CHECKPOINT",
      description =
          "an event's id, a response id or a checkpoint id (its first eight digits will do)")
  private String id = "";

  @Override
  public Integer call() {
    CommandContext workplace = CommandContext.current();
    workplace.requireRunning(StackComponent.EVAL);
    boolean found = false;
    for (String tenant : workplace.operatorKeys().tenants()) {
      found |= new LifeReport(workplace.api(tenant), workplace.terminal(), tenant).tell(id);
    }
    if (!found) {
      throw new RemedyException(
          "nothing is known of '" + id + "'",
          "an event just sent takes a second to be known; ids are those of the receipts and of"
              + " GET /v1/loops/{loop}/decisions");
    }
    return 0;
  }
}
