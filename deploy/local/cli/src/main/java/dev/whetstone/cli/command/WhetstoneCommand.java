package dev.whetstone.cli.command;

import dev.whetstone.client.RemedyException;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./whetstone}: all commands that run in Java. */
@Command(
    name = "whetstone",
    description = "Keep a deployed language model sharp: feedback in, better adapter out.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class WhetstoneCommand {
  private static final int FAILED = 1;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /**
   * The parser with all commands. Errors are printed as thing, place and remedy, without a stack
   * trace.
   */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new WhetstoneCommand());
    for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
      commandLine.addSubcommand(provider.command());
    }
    List.of(
            new UpCommand(),
            new DownCommand(),
            new StatusCommand(),
            new WhyCommand(),
            new KeyCommand(),
            new LoopCommand(),
            new LogsCommand(),
            new DeadLetterCommand(),
            new RestoreCommand(),
            new TestCommand())
        .forEach(commandLine::addSubcommand);
    // Must come last: it applies only to the subcommands that have been added.
    return commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> {
          if (isShuttingDown()) {
            // After Ctrl-C the services are gone and calls fail; the shutdown has been reported
            // already.
            return FAILED;
          }
          if (exception instanceof RemedyException) {
            command.getErr().println("whetstone: " + exception.getMessage());
          } else {
            exception.printStackTrace(command.getErr());
          }
          return FAILED;
        });
  }

  /** Whether the JVM is shutting down: it then accepts no more hooks. */
  private static boolean isShuttingDown() {
    Thread hook = new Thread(() -> {}, "never-run");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      return !Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
