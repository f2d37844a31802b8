package dev.whetstone.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Ends the stack; its data stays. */
@Command(
    name = "down",
    description = "End the stack. Its data stays under .whetstone/.",
    mixinStandardHelpOptions = true)
public final class DownCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    CommandContext workplace = CommandContext.current();
    end(workplace);
    return 0;
  }

  public static void end(CommandContext workplace) {
    int ended = workplace.stack().down(workplace.terminal());
    workplace
        .terminal()
        .say(
            ended == 0
                ? "Nothing of this checkout was running."
                : "Ended %d processes. ./whetstone up goes on where it was.".formatted(ended));
  }
}
