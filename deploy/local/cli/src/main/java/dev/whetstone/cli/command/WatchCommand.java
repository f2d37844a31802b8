package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.cli.terminal.ConditionWait;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints each change of a loop's state. */
@Command(
    name = "watch",
    description = "Print each change of a loop's state until Ctrl-C or a time limit.",
    mixinStandardHelpOptions = true)
final class WatchCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final Duration LONGEST = Duration.ofDays(30);

  @Parameters(paramLabel = LoopReference.LABEL)
  private String loop = "";

  @Option(names = "--for", paramLabel = "DURATION", description = "for example 10m or 2h")
  private @Nullable String limit;

  private final Map<String, String> shown = new HashMap<>();

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    LoopReference found = LoopReference.find(context, loop);
    Optional<Boolean> never =
        ConditionWait.until(
            limit == null ? LONGEST : duration(limit),
            () -> {
              show(context, found);
              return Optional.<Boolean>empty();
            },
            elapsed -> {});
    return never.isEmpty() ? 0 : 1;
  }

  private void show(CommandContext context, LoopReference found) {
    for (StackComponent service : StatusSnapshot.REPORTING) {
      ApiReply reply = StatusSnapshot.status(context, found, service);
      if (!reply.isOk()) {
        showIfChanged(context.terminal(), service.id(), reply.problem(), null);
        continue;
      }
      reply
          .body()
          .path("conditions")
          .forEach(
              condition ->
                  showIfChanged(
                      context.terminal(),
                      condition.path("type").asText(),
                      condition.path("message").asText(),
                      condition));
    }
  }

  private void showIfChanged(
      Terminal terminal, String type, String text, @Nullable JsonNode condition) {
    if (text.equals(shown.put(type, text))) {
      return;
    }
    terminal.print(terminal.dim(LocalTime.now(ZoneId.systemDefault()).format(TIME)));
    if (condition == null) {
      terminal.print("    %-10s %s", type, text);
    } else {
      StatusCommand.showCondition(terminal, condition);
    }
  }

  private static Duration duration(String text) {
    try {
      return Duration.parse("PT" + text);
    } catch (DateTimeParseException e) {
      throw new RemedyException(
          "--for is '" + text + "', which is not a duration", "write it as 30s, 10m or 2h", e);
    }
  }
}
