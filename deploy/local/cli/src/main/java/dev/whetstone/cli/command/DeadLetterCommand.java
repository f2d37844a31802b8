package dev.whetstone.cli.command;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.recovery.DeadLetterFilter;
import dev.whetstone.cli.recovery.DeadLetterRecord;
import dev.whetstone.cli.recovery.DeadLetterStore;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists, shows and replays dead letters. */
@Command(
    name = "dlq",
    description = "List, show or replay dead letters: events that could not be processed.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "list|show|replay")
final class DeadLetterCommand {
  private static final String TOPIC = "Only of this topic, for example whetstone.feedback.";
  private static final String CODE = "Only with this error code, for example effect-failed.";
  private static final String LOOP = "Only of this loop: NAME or TENANT/NAME.";

  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      description = "Print the newest dead letters, newest first.",
      mixinStandardHelpOptions = true)
  int list(
      @Option(names = "--topic", paramLabel = "TOPIC", description = TOPIC) @Nullable String topic,
      @Option(names = "--code", paramLabel = "CODE", description = CODE) @Nullable String code,
      @Option(names = "--loop", paramLabel = "LOOP", description = LOOP) @Nullable String loop,
      @Option(
              names = "--limit",
              defaultValue = "50",
              description = "At most so many (default: ${DEFAULT-VALUE}).")
          int limit) {
    List<DeadLetterRecord> letters =
        store(CommandContext.current())
            .list(new DeadLetterFilter(topic, code, loop), atLeastOne(limit));
    if (letters.isEmpty()) {
      out().println("There are no such dead letters.");
    }
    for (DeadLetterRecord letter : letters) {
      out()
          .printf(
              "%s  %s  %s  loop %s  event %s%n",
              letter.id(), letter.at(), letter.code(), letter.loop(), letter.header("ce_id"));
    }
    out().flush();
    return 0;
  }

  @Command(
      name = "show",
      description = "Print why an event became a dead letter, and its headers.",
      mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "ID", description = "as ./whetstone dlq list prints it") String id,
      @Option(
              names = "--body",
              description = "Print the event's data too. It may hold text of end users.")
          boolean body) {
    DeadLetterRecord letter = store(CommandContext.current()).get(id);
    print(out(), letter, body);
    return 0;
  }

  static void print(PrintWriter out, DeadLetterRecord letter, boolean body) {
    out.printf("%s at %s%n", letter.id(), letter.at());
    out.printf("reason: %s: %s%n", letter.code(), letter.header("error-detail"));
    letter.headers().forEach((name, value) -> out.printf("  %s: %s%n", name, value));
    byte[] bytes = letter.body();
    if (body && bytes != null) {
      out.println(new String(bytes, StandardCharsets.UTF_8));
    } else {
      out.printf("body: %d bytes; print it with --body%n", bytes == null ? 0 : bytes.length);
    }
    out.flush();
  }

  @Command(
      name = "replay",
      description = "Send dead letters to their topics again, after their cause has been fixed.",
      mixinStandardHelpOptions = true)
  int replay(
      @Parameters(arity = "0..*", paramLabel = "ID", description = "as dlq list prints it")
          @Nullable List<String> ids,
      @Option(names = "--topic", paramLabel = "TOPIC", description = TOPIC) @Nullable String topic,
      @Option(names = "--code", paramLabel = "CODE", description = CODE) @Nullable String code,
      @Option(names = "--loop", paramLabel = "LOOP", description = LOOP) @Nullable String loop,
      @Option(
              names = "--limit",
              defaultValue = "50",
              description = "At most so many of a filter (default: ${DEFAULT-VALUE}).")
          int limit) {
    var filter = new DeadLetterFilter(topic, code, loop);
    boolean filtered = topic != null || code != null || loop != null;
    boolean named = ids != null && !ids.isEmpty();
    if (named == filtered) {
      throw new RemedyException(
          "it is not clear which dead letters are meant",
          "name ids, or give one or more of --topic, --code and --loop");
    }
    DeadLetterStore store = store(CommandContext.current());
    List<String> chosen =
        named
            ? ids
            : store.list(filter, atLeastOne(limit)).reversed().stream()
                .map(DeadLetterRecord::id)
                .toList();
    List<String> refused = new ArrayList<>();
    for (String id : chosen) {
      try {
        store.replay(store.get(id));
        out().printf("sent %s again%n", id);
      } catch (RemedyException e) {
        refused.add(e.getMessage());
      }
    }
    out().flush();
    refused.forEach(spec.commandLine().getErr()::println);
    return refused.isEmpty() ? 0 : 1;
  }

  private static int atLeastOne(int limit) {
    if (limit < 1) {
      throw new RemedyException("--limit is " + limit, "give a number from 1");
    }
    return limit;
  }

  private static DeadLetterStore store(CommandContext context) {
    context.requireRunning(StackComponent.INFRA);
    return new DeadLetterStore(context.bootstrapServers());
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
