package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the stack in the background. */
@Command(
    name = "up",
    description = "Start the stack in the background, with the data of earlier runs.",
    mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {
  private static final String DEMO_LOOP = "deploy/local/demo/loop.yaml";

  @Option(names = "--no-watchdog", description = "Do not restart services that exit unexpectedly.")
  private boolean noWatchdog;

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    start(context, !noWatchdog);
    Terminal terminal = context.terminal();
    String key = context.operatorKeys().of(CommandContext.TENANT);
    int ingest = context.options().ports().http(StackComponent.INGEST);
    int eval = context.options().ports().http(StackComponent.EVAL);
    terminal.print("");
    terminal.print(
        "  services    ingest  http://127.0.0.1:%d   eval  http://127.0.0.1:%d", ingest, eval);
    terminal.print(
        "  model       http://127.0.0.1:%d/v1 (OpenAI API)",
        context.options().ports().modelServer());
    terminal.print("  key         %s   (tenant %s, every scope)", key, CommandContext.TENANT);
    terminal.print("");
    terminal.print(
        "  Try:  curl -H 'Authorization: Bearer %s' http://127.0.0.1:%d/v1/loops", key, eval);
    printNextSteps(context);
    terminal.print("  Stop: ./whetstone down");
    return 0;
  }

  private static void printNextSteps(CommandContext context) {
    context
        .terminal()
        .print(
            "  Then: ./whetstone loop apply %s   or   ./whetstone demo",
            context.options().ports().equals(StackPorts.standard())
                ? DEMO_LOOP
                : loopFileOfThisStack(context));
  }

  /** A copy of the demo's loop file with the port of this stack's model server. */
  private static Path loopFileOfThisStack(CommandContext context) {
    ObjectNode loop = LoopFile.read(context.project().resolve(DEMO_LOOP)).content();
    ((ObjectNode) loop.at("/spec/serving"))
        .put("endpoint", "http://127.0.0.1:" + context.options().ports().modelServer());
    Path file = context.options().home().directory().resolve("loop.json");
    try {
      Files.write(file, ApiClient.bytes(loop));
      return file;
    } catch (IOException e) {
      throw new RemedyException("cannot write " + file, "free disk space or grant access", e);
    }
  }

  /** Starts the components that are not running, and shows the progress. */
  public static void start(CommandContext context, boolean watchdog) {
    Terminal terminal = context.terminal();
    long begin = System.nanoTime();
    boolean ranBefore =
        StackComponent.all().stream().allMatch(component -> context.stack().isRunning(component));
    context.operatorKeys().of(CommandContext.TENANT);
    context.stack().start(terminal);
    if (watchdog) {
      context.stack().startWatchdog();
    }
    terminal.print(
        ranBefore
            ? "The stack is already running."
            : "The stack started in %d s.".formatted((System.nanoTime() - begin) / 1_000_000_000L));
  }
}
