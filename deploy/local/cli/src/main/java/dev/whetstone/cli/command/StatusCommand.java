package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.cli.terminal.LineWrap;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the state of the processes and of the loops. */
@Command(
    name = "status",
    description = {
      "Show the state of the processes and of the loops.",
      "With more than "
          + StatusCommand.MOST_IN_DETAIL
          + " loops each gets one line; name one for its details."
    },
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  static final int MOST_IN_DETAIL = 5;

  /** Each line of the summary costs one call. */
  private static final int MOST_LINES = 50;

  private static final String INDENT = " ".repeat(15);
  private static final int TEXT_WIDTH = 95;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = LoopReference.LABEL, arity = "0..1")
  private @Nullable String loop;

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    if (json) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(StatusSnapshot.of(context, chosen(context)).toPrettyString());
      out.flush();
      return allReady(context) ? 0 : 1;
    }
    Terminal terminal = context.terminal();
    if (loop == null) {
      showProcesses(context);
    }
    if (!context.stack().isRunning(StackComponent.EVAL)) {
      terminal.print("");
      terminal.print(
          "Loops cannot be shown: the eval service is not running. Start it: ./whetstone up");
      return 1;
    }
    List<LoopReference> loops = chosen(context);
    if (loops.isEmpty()) {
      terminal.print("\nThere is no loop yet. Declare one: ./whetstone loop apply FILE");
    } else if (loops.size() <= MOST_IN_DETAIL) {
      loops.forEach(one -> showLoop(context, one));
    } else {
      showSummary(context, loops);
    }
    return loop != null || allReady(context) ? 0 : 1;
  }

  private List<LoopReference> chosen(CommandContext context) {
    if (!context.stack().isRunning(StackComponent.EVAL)) {
      return List.of();
    }
    return loop == null ? LoopReference.all(context) : List.of(LoopReference.find(context, loop));
  }

  private static boolean allReady(CommandContext context) {
    return StackComponent.all().stream().allMatch(context.stack()::isReady);
  }

  private static void showProcesses(CommandContext context) {
    Terminal terminal = context.terminal();
    for (StackComponent component : StackComponent.values()) {
      terminal.print(
          "  %-14s %s",
          component.id(),
          context.stack().isReady(component)
              ? terminal.green("ready")
              : context.stack().isRunning(component)
                  ? terminal.yellow("starting or busy")
                  : terminal.red("not running"));
    }
  }

  private static void showSummary(CommandContext context, List<LoopReference> loops) {
    Terminal terminal = context.terminal();
    terminal.print("");
    for (LoopReference loop : loops.subList(0, Math.min(MOST_LINES, loops.size()))) {
      terminal.print("%-40s %s", loop.qualified(), serving(context, loop));
    }
    if (loops.size() > MOST_LINES) {
      terminal.print("… and %d more: ./whetstone loop list", loops.size() - MOST_LINES);
    }
    terminal.print("Details of one: ./whetstone status LOOP");
  }

  /** What the loop serves, and whether it is paused. */
  private static String serving(CommandContext context, LoopReference loop) {
    ApiReply champion = context.api(loop.tenant()).get(StackComponent.EVAL, loop.path("/champion"));
    return (loop.isPaused() ? "paused, " : "")
        + (champion.isOk() ? inService(champion.body()) : champion.problem());
  }

  /** The names of the tenant's loops. */
  static List<String> loopNames(ApiClient api) {
    return api.loops().stream().map(loop -> loop.path("loop").asText()).toList();
  }

  private static void showLoop(CommandContext context, LoopReference loop) {
    Terminal terminal = context.terminal();
    terminal.print("");
    terminal.print("%s  %s", terminal.bold(loop.qualified()), serving(context, loop));
    if (loop.isPaused()) {
      terminal.print("  paused         end it: ./whetstone loop resume %s", loop.qualified());
    }
    for (StackComponent service : StatusSnapshot.REPORTING) {
      ApiReply reply = StatusSnapshot.status(context, loop, service);
      if (reply.isOk()) {
        reply.body().path("conditions").forEach(condition -> showCondition(terminal, condition));
      } else {
        printWrapped(terminal, "    %-10s ".formatted(service.id()), reply.problem());
      }
    }
  }

  private static String inService(JsonNode champion) {
    long generation = champion.path("generation").asLong();
    String model = champion.path("servedName").asText("");
    return generation == 0
        ? "generation 0, the base model %s".formatted(model)
        : "generation %d, %s".formatted(generation, model);
  }

  static void showCondition(Terminal terminal, JsonNode condition) {
    String status = condition.path("status").asText();
    String mark =
        switch (status) {
          case "True", "true" -> terminal.green("✓");
          // False is not an error: the loop may be idle. The message names any problem.
          case "False", "false" -> terminal.dim("·");
          default -> terminal.yellow("?");
        };
    printWrapped(
        terminal,
        "  %s %-10s ".formatted(mark, condition.path("type").asText()),
        condition.path("message").asText(condition.path("reason").asText()));
  }

  /** Wraps instead of truncating: services put the remedy at the end of the text. */
  private static void printWrapped(Terminal terminal, String head, String text) {
    List<String> lines = LineWrap.lines(text, TEXT_WIDTH);
    terminal.print(head + lines.getFirst());
    lines.stream().skip(1).forEach(line -> terminal.print(INDENT + line));
  }
}
