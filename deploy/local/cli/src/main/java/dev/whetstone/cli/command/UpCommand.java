package dev.whetstone.cli.command;

import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the stack and leaves it running. */
@Command(
    name = "up",
    description = "Start the stack and leave it running; goes on where it was.",
    mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {
  private static final String DEMO_LOOP = "deploy/local/demo/loop.yaml";

  @Option(names = "--no-watchdog", description = "Do not restart services that end by themselves.")
  private boolean noWatchdog;

  @Override
  public Integer call() {
    CommandContext workplace = CommandContext.current();
    start(workplace, !noWatchdog);
    Terminal terminal = workplace.terminal();
    String key = workplace.operatorKeys().of(CommandContext.TENANT);
    int ingest = workplace.options().ports().http(StackComponent.INGEST);
    int eval = workplace.options().ports().http(StackComponent.EVAL);
    terminal.say("");
    terminal.say(
        "  services    ingest  http://127.0.0.1:%d   eval  http://127.0.0.1:%d", ingest, eval);
    terminal.say(
        "  model       http://127.0.0.1:%d/v1 (OpenAI API)",
        workplace.options().ports().modelServer());
    terminal.say("  key         %s   (tenant %s, every scope)", key, CommandContext.TENANT);
    terminal.say("");
    terminal.say(
        "  Try:  curl -H 'Authorization: Bearer %s' http://127.0.0.1:%d/v1/loops", key, eval);
    sayWhatIsNext(terminal, workplace.options().ports());
    terminal.say("  End:  ./whetstone down");
    return 0;
  }

  private static void sayWhatIsNext(Terminal terminal, StackPorts ports) {
    if (ports.equals(StackPorts.standard())) {
      terminal.say("  Then: ./whetstone loop apply %s   or   ./whetstone demo", DEMO_LOOP);
      return;
    }
    terminal.say("  Then: ./whetstone demo   or   ./whetstone loop apply FILE");
    terminal.say(
        "        FILE may be a copy beside %s with spec.serving.endpoint http://127.0.0.1:%d",
        DEMO_LOOP, ports.modelServer());
  }

  /** Starts what does not run, showing what is waited for. */
  public static void start(CommandContext workplace, boolean watchdog) {
    Terminal terminal = workplace.terminal();
    long begin = System.nanoTime();
    boolean ranBefore =
        StackComponent.all().stream().allMatch(component -> workplace.stack().isRunning(component));
    workplace.operatorKeys().of(CommandContext.TENANT);
    workplace.stack().start(terminal);
    if (watchdog) {
      workplace.stack().startWatchdog();
    }
    terminal.say(
        ranBefore
            ? "The stack runs already."
            : "The stack is up after %d s."
                .formatted((System.nanoTime() - begin) / 1_000_000_000L));
  }
}
