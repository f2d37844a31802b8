package dev.whetstone.demo;

import dev.whetstone.cli.command.DownCommand;
import dev.whetstone.cli.command.UpCommand;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.stack.LocalStack;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the whole loop on the toy base model. */
@Command(
    name = "demo",
    description = "Run the whole loop: feedback in, a better adapter in service, poison kept out.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Option(names = "--down", description = "Stop the stack afterwards.")
  private boolean down;

  @Option(
      names = "--seeds",
      defaultValue = "1",
      description = "Number of seeds, each run on a new loop (default 1).")
  private int seeds;

  @Option(names = "--seed", defaultValue = "1", description = "First seed (default 1).")
  private long seed;

  @Option(
      names = "--fresh",
      description = "First stop the stack and delete its data, loops and adapters.")
  private boolean fresh;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (seeds < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--seeds is " + seeds + "; use 1 or more");
    }
    CommandContext context = CommandContext.current();
    if (fresh) {
      context.stack().down(context.terminal());
      context.stack().deleteData();
    }
    UpCommand.start(context, true);
    try (LocalStack.Guard ignored = context.stack().stopOnInterrupt(context.terminal())) {
      new DemoSeries(
              context.options(),
              context.operatorKeys().of(CommandContext.TENANT),
              context.terminal(),
              Clock.systemUTC())
          .run(seed, seeds);
    } finally {
      if (down) {
        DownCommand.stop(context);
      }
    }
    return 0;
  }
}
