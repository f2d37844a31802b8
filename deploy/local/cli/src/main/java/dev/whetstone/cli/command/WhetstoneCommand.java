package dev.whetstone.cli.command;

import dev.whetstone.client.RemedyException;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./whetstone}: every command that runs in Java. */
@Command(
    name = "whetstone",
    description = "Keeps a deployed language model sharp: feedback in, better adapter out.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
public final class WhetstoneCommand {
  private static final int FAILED = 1;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The parser with its error messages: the thing, its place and the remedy, no stack trace. */
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
            new TestCommand())
        .forEach(commandLine::addSubcommand);
    // Last: it reaches only the subcommands that are there.
    return commandLine.setExecutionExceptionHandler(
        (exception, command, result) -> {
          if (isEnding()) {
            // After Ctrl-C whatever is asked is gone; what is being ended was said already.
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

  /** Whether the JVM was asked to end: it takes no more hooks then. */
  private static boolean isEnding() {
    Thread hook = new Thread(() -> {}, "never-run");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      return !Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
