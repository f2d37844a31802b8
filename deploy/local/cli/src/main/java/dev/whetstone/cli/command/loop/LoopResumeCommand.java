package dev.whetstone.cli.command.loop;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.client.api.StackComponent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** End a pause. */
@Command(name = "resume", description = "End a pause.", mixinStandardHelpOptions = true)
final class LoopResumeCommand implements Callable<Integer> {
  @Parameters(paramLabel = LoopReference.LABEL)
  private String loop = "";

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    LoopReference found = LoopReference.find(context, loop);
    long revision =
        found.call(context, StackComponent.EVAL, "POST", "/resume").path("revision").asLong();
    context.terminal().print("Loop %s is active (revision %d).", found.qualified(), revision);
    return 0;
  }
}
