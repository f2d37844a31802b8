package dev.whetstone.cli.command.feedback;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.client.api.StackComponent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Requests that a loop's ready examples are sealed as a batch now. */
@Command(
    name = "seal",
    description = "Seal a loop's ready examples as a batch now, without waiting for more.",
    mixinStandardHelpOptions = true)
public final class SealCommand implements Callable<Integer> {
  @Parameters(paramLabel = LoopReference.LABEL)
  private String loop = "";

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    LoopReference found = LoopReference.find(context, loop);
    String message =
        found.call(context, StackComponent.CURATION, "POST", "/seal").path("message").asText();
    context.terminal().print("Loop %s: seal %s.", found.qualified(), message);
    return 0;
  }
}
