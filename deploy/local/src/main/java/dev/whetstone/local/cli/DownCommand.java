package dev.whetstone.local.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Ends the stack; its data stays. */
@Command(
    name = "down",
    description = "End the stack. Its data stays under .whetstone/.",
    mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    Workplace workplace = Workplace.current();
    end(workplace);
    return 0;
  }

  static void end(Workplace workplace) {
    int ended = workplace.stack().down(workplace.terminal());
    workplace
        .terminal()
        .say(
            ended == 0
                ? "Nothing of this checkout was running."
                : "Ended %d processes. ./whetstone up goes on where it was.".formatted(ended));
  }
}
