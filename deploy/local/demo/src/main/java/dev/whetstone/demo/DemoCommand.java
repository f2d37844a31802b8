package dev.whetstone.demo;

import dev.whetstone.cli.command.CommandContext;
import dev.whetstone.cli.command.DownCommand;
import dev.whetstone.cli.command.UpCommand;
import dev.whetstone.cli.stack.LocalStack;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the whole loop on the toy base model. */
@Command(
    name = "demo",
    description = "Show the whole loop: feedback in, a better adapter in service, poison kept out.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Option(names = "--down", description = "End the stack afterwards.")
  private boolean down;

  @Option(
      names = "--seeds",
      defaultValue = "1",
      description = "Repeat with so many seeds, each on a fresh loop.")
  private int seeds;

  @Option(names = "--seed", defaultValue = "1", description = "The first seed (default 1).")
  private long seed;

  @Option(
      names = "--fresh",
      description = "End the stack and delete its data, loops and adapters first.")
  private boolean fresh;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (seeds < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--seeds is " + seeds + "; give 1 or more");
    }
    CommandContext workplace = CommandContext.current();
    if (fresh) {
      workplace.stack().down(workplace.terminal());
      workplace.stack().deleteData();
    }
    UpCommand.start(workplace, true);
    try (LocalStack.Guard ignored = workplace.stack().endOnInterrupt(workplace.terminal())) {
      new DemoSeries(
              workplace.options(),
              workplace.operatorKeys().of(CommandContext.TENANT),
              workplace.terminal(),
              Clock.systemUTC())
          .play(seed, seeds);
    } finally {
      if (down) {
        DownCommand.end(workplace);
      }
    }
    return 0;
  }
}
