package dev.whetstone.cli.command.loop;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.client.api.StackComponent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Stop sealing, training and judging; feedback is still accepted and the champion stays in service.
 */
@Command(
    name = "pause",
    description =
        "Stop sealing, training and judging; feedback is still accepted and the champion stays in service.",
    mixinStandardHelpOptions = true)
final class LoopPauseCommand implements Callable<Integer> {
  @Parameters(paramLabel = LoopReference.LABEL)
  private String loop = "";

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    LoopReference found = LoopReference.find(context, loop);
    long revision =
        found.call(context, StackComponent.EVAL, "POST", "/pause").path("revision").asLong();
    context.terminal().print("Loop %s is paused (revision %d).", found.qualified(), revision);
    return 0;
  }
}
