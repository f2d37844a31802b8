package dev.whetstone.local.cli;

import dev.whetstone.local.stack.StackException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./whetstone}: every command that runs in Java. */
@Command(
    name = "whetstone",
    description = "Keeps a deployed language model sharp: feedback in, better adapter out.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      WhyCommand.class,
      KeyCommand.class,
      LoopCommand.class,
      LogsCommand.class,
      TestCommand.class
    })
public final class Main {
  private static final int FAILED = 1;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The parser with its error messages: the thing, its place and the remedy, no stack trace. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (exception, command, result) -> {
              if (exception instanceof StackException) {
                command.getErr().println("whetstone: " + exception.getMessage());
              } else {
                exception.printStackTrace(command.getErr());
              }
              return FAILED;
            });
  }
}
