package dev.whetstone.cli.command;

import dev.whetstone.cli.context.CommandContext;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Stops the stack and keeps its data. */
@Command(
    name = "down",
    description = "Stop the stack. Its data is kept in .whetstone/.",
    mixinStandardHelpOptions = true)
public final class DownCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    stop(context);
    return 0;
  }

  public static void stop(CommandContext context) {
    int stopped = context.stack().down(context.terminal());
    context
        .terminal()
        .print(
            stopped == 0
                ? "No process of this checkout was running."
                : "Stopped %d processes. Resume with ./whetstone up.".formatted(stopped));
  }
}
