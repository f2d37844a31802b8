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
              if (isEnding()) {
                // After Ctrl-C whatever is asked is gone; what is being ended was said already.
                return FAILED;
              }
              if (exception instanceof StackException) {
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
