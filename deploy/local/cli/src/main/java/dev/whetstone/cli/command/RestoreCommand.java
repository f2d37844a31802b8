package dev.whetstone.cli.command;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.recovery.ConsumerGroup;
import dev.whetstone.cli.recovery.PublishedNumbers;
import dev.whetstone.cli.recovery.ServiceDatabase;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What follows the restore of a service's database from a backup. */
@Command(
    name = "restore",
    description =
        "After a service's database was restored from a backup: begin a new epoch and read again what the backup lacks.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "stop|rewind|replay")
final class RestoreCommand {
  private static final Set<StackComponent> WITH_DATABASE =
      EnumSet.of(StackComponent.CURATION, StackComponent.TRAINING, StackComponent.EVAL);

  @Command(
      name = "stop",
      description = "Stop one service and the watchdog, so that its database can be restored.",
      mixinStandardHelpOptions = true)
  int stop(@Parameters(paramLabel = "SERVICE") String service) {
    CommandContext context = CommandContext.current();
    StackComponent component = withDatabase(service);
    context.stack().stopWatchdog();
    context.stack().stop(component);
    context
        .terminal()
        .print(
            "Stopped %s. Restore database '%s', then: ./whetstone restore rewind %s --to TIME-OF-BACKUP",
            component.description(), component.id(), component.id());
    return 0;
  }

  @Command(
      name = "rewind",
      description =
          "Begin a new epoch in the restored database and set the service's consumer group back to the backup's time.",
      mixinStandardHelpOptions = true)
  int rewind(
      @Parameters(paramLabel = "SERVICE", description = "curation, training or eval")
          String service,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "TIME",
              description = "When the backup was begun, for example 2026-11-20T08:00:00Z.")
          String to) {
    CommandContext context = CommandContext.current();
    StackComponent component = withDatabase(service);
    Instant time = time(to);
    context.requireRunning(StackComponent.INFRA);
    requireStopped(context, component);
    // Eval numbers declarations and champions; the other services know the highest so far.
    Map<String, PublishedNumbers.Numbers> published =
        component == StackComponent.EVAL
            ? PublishedNumbers.read(context.bootstrapServers())
            : Map.of();
    String epoch = database(context, component).beginEpoch(published);
    try (var group = new ConsumerGroup(context.bootstrapServers(), component.id())) {
      Map<String, Long> again = group.rewind(time);
      context.terminal().print("Epoch %s of database '%s'.", epoch, component.id());
      again.forEach(
          (topic, records) ->
              context.terminal().print("%s: %d records are read again.", topic, records));
      if (again.isEmpty()) {
        context.terminal().print("No record is later than %s: nothing is read again.", time);
      }
    }
    context.terminal().print("Continue with: ./whetstone restore replay %s", component.id());
    return 0;
  }

  @Command(
      name = "replay",
      description = "Start the service and wait until it has read everything again.",
      mixinStandardHelpOptions = true)
  int replay(
      @Parameters(paramLabel = "SERVICE", description = "curation, training or eval")
          String service,
      @Option(
              names = "--minutes",
              defaultValue = "30",
              description = "How long to wait (default: ${DEFAULT-VALUE}).")
          int minutes) {
    CommandContext context = CommandContext.current();
    StackComponent component = withDatabase(service);
    context.requireRunning(StackComponent.INFRA);
    try (var group = new ConsumerGroup(context.bootstrapServers(), component.id())) {
      Map<TopicPartition, Long> ends = group.ends();
      long first = group.lag(ends);
      context.stack().start(component);
      context.stack().awaitReady(component, context.terminal());
      context.stack().startWatchdog();
      Optional<Boolean> caughtUp =
          context
              .terminal()
              .await(
                  component.description() + " reads again",
                  Duration.ofMinutes(minutes),
                  () -> group.lag(ends) + " of " + first + " records are left",
                  () -> group.lag(ends) == 0 ? Optional.of(true) : Optional.empty());
      if (caughtUp.isEmpty()) {
        throw new RemedyException(
            "%s has not read everything after %d minutes"
                .formatted(component.description(), minutes),
            "it goes on; look again with ./whetstone restore replay " + component.id());
      }
      context.terminal().print("%s has read %d records again.", component.id(), first);
    }
    return 0;
  }

  private static StackComponent withDatabase(String service) {
    StackComponent component = StackComponent.byId(service);
    if (!WITH_DATABASE.contains(component)) {
      throw new RemedyException(
          component.description() + " has no database",
          "use one of " + WITH_DATABASE.stream().map(StackComponent::id).toList());
    }
    return component;
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new RemedyException(
          "'" + text + "' is not a time", "write it as in 2026-11-20T08:00:00Z");
    }
  }

  private static void requireStopped(CommandContext context, StackComponent component) {
    if (context.stack().isRunning(component)) {
      throw new RemedyException(
          component.description() + " is running",
          "stop it first: ./whetstone restore stop " + component.id());
    }
  }

  private static ServiceDatabase database(CommandContext context, StackComponent component) {
    return new ServiceDatabase(
        "jdbc:postgresql://127.0.0.1:%d/%s"
            .formatted(context.options().ports().postgres(), component.id()),
        "postgres",
        "postgres");
  }
}
