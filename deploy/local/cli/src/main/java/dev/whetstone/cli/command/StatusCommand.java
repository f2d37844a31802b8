package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.terminal.LineWrap;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Shows the state of the processes and of each loop. */
@Command(
    name = "status",
    description = "Show the state of the processes and of each loop.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final String INDENT = " ".repeat(15);
  private static final int TEXT_WIDTH = 95;
  private static final List<StackComponent> REPORTING =
      List.of(StackComponent.CURATION, StackComponent.TRAINING, StackComponent.EVAL);

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    Terminal terminal = context.terminal();
    boolean allUp = true;
    for (StackComponent component : StackComponent.values()) {
      boolean ready = context.stack().isReady(component);
      boolean running = context.stack().isRunning(component);
      allUp &= ready;
      terminal.print(
          "  %-14s %s",
          component.id(),
          ready
              ? terminal.green("ready")
              : running ? terminal.yellow("starting or busy") : terminal.red("not running"));
    }
    if (!context.stack().isRunning(StackComponent.EVAL)) {
      terminal.print("");
      terminal.print(
          "Loops cannot be shown: the eval service is not running. Start it: ./whetstone up");
      return 1;
    }
    for (String tenant : context.operatorKeys().tenants()) {
      showTenant(context, tenant);
    }
    return allUp ? 0 : 1;
  }

  private static void showTenant(CommandContext context, String tenant) {
    ApiClient api = context.api(tenant);
    List<String> names = loopNames(api);
    if (names.isEmpty()) {
      context
          .terminal()
          .print("\nTenant %s has no loop yet. Declare one: ./whetstone loop apply FILE", tenant);
    }
    names.forEach(name -> showLoop(context, api, tenant, name));
  }

  /** The names of the tenant's loops. */
  static List<String> loopNames(ApiClient api) {
    List<String> names = new ArrayList<>();
    api.ok(StackComponent.EVAL, "/v1/loops").forEach(loop -> names.add(loop.path("loop").asText()));
    return names;
  }

  private static void showLoop(CommandContext context, ApiClient api, String tenant, String name) {
    Terminal terminal = context.terminal();
    ApiReply champion = api.get(StackComponent.EVAL, "/v1/loops/" + name + "/champion");
    terminal.print("");
    terminal.print(
        "%s  %s",
        terminal.bold(tenant + "/" + name),
        champion.isOk() ? inService(champion.body()) : champion.problem());
    for (StackComponent service : REPORTING) {
      try {
        ApiReply reply = api.get(service, "/v1/loops/" + name + "/status");
        if (!reply.isOk()) {
          printWrapped(terminal, "    %-10s ".formatted(service.id()), reply.problem());
          continue;
        }
        reply.body().path("conditions").forEach(condition -> showCondition(terminal, condition));
      } catch (RemedyException e) {
        printWrapped(terminal, "    %-10s ".formatted(service.id()), e.getMessage());
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
