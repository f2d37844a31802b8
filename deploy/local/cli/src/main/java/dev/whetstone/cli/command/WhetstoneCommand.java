package dev.whetstone.cli.command;

import dev.whetstone.cli.command.feedback.ApproveCommand;
import dev.whetstone.cli.command.feedback.EraseCommand;
import dev.whetstone.cli.command.feedback.RefuseCommand;
import dev.whetstone.cli.command.feedback.SealCommand;
import dev.whetstone.cli.command.feedback.SendCommand;
import dev.whetstone.cli.command.loop.LoopCommand;
import dev.whetstone.cli.command.recovery.BackupCommand;
import dev.whetstone.cli.command.recovery.RestoreCommand;
import dev.whetstone.cli.context.SimilarNames;
import dev.whetstone.client.RemedyException;
import java.util.List;
import java.util.ServiceLoader;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

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
            new WatchCommand(),
            new WhyCommand(),
            new LoopCommand(),
            new SendCommand(),
            new SealCommand(),
            new ApproveCommand(),
            new RefuseCommand(),
            new EraseCommand(),
            new KeyCommand(),
            new LogsCommand(),
            new DeadLetterCommand(),
            new BackupCommand(),
            new RestoreCommand(),
            new DoctorCommand(),
            new ImagesCommand(),
            new TestCommand(),
            completion())
        .forEach(commandLine::addSubcommand);
    // Must come last: they apply only to the subcommands that have been added.
    commandLine.setParameterExceptionHandler(WhetstoneCommand::explainUsage);
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

  /** Prints a completion script for bash and zsh: {@code source <(./whetstone completion)}. */
  private static CommandLine completion() {
    CommandLine completion = new CommandLine(new AutoComplete.GenerateCompletion());
    completion.setCommandName("completion");
    return completion;
  }

  /** States what is wrong with the arguments, and the similar commands or the help. */
  private static int explainUsage(ParameterException exception, String[] arguments) {
    CommandLine command = exception.getCommandLine();
    command.getErr().println("whetstone: " + exception.getMessage());
    List<String> similar =
        exception instanceof UnmatchedArgumentException unmatched
            ? SimilarNames.to(
                unmatched.getUnmatched().getFirst(), List.copyOf(command.getSubcommands().keySet()))
            : List.of();
    command
        .getErr()
        .println(
            similar.isEmpty()
                ? "  → see " + command.getCommandSpec().qualifiedName() + " --help"
                : "  → did you mean " + String.join(" or ", similar) + "?");
    return command.getCommandSpec().exitCodeOnInvalidInput();
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
