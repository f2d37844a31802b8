package dev.whetstone.cli.command.loop;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a loop. */
@Command(
    name = "delete",
    description =
        "Delete a loop: no service knows it any more. Its data ends by its retention periods.",
    mixinStandardHelpOptions = true)
final class LoopDeleteCommand implements Callable<Integer> {
  @Parameters(paramLabel = LoopReference.LABEL)
  private String loop = "";

  @Option(names = "--yes", description = "Confirm the deletion.")
  private boolean confirmed;

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    LoopReference found = LoopReference.find(context, loop);
    if (!confirmed) {
      throw new RemedyException(
          "deleting loop " + found.qualified() + " needs a confirmation",
          "run: ./whetstone loop delete " + found.qualified() + " --yes");
    }
    found.call(context, StackComponent.EVAL, "DELETE", "");
    context.terminal().print("Loop %s is deleted.", found.qualified());
    return 0;
  }
}
