package dev.whetstone.cli.command.recovery;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.recovery.ServiceRestorer;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores a backup of the stack, and does what follows the restore of one service's database. */
@Command(
    name = "restore",
    description =
        "Restore a backup of the stack ('from'). Or, after one service's database was restored by other means: begin a new epoch and read again what the backup lacks.",
    mixinStandardHelpOptions = true,
    subcommands = RestoreFromCommand.class,
    synopsisSubcommandLabel = "from|stop|rewind|replay")
public final class RestoreCommand {
  private static final String SERVICES = "curation, training or eval";

  @Command(
      name = "stop",
      description = "Stop one service and the watchdog, so that its database can be restored.",
      mixinStandardHelpOptions = true)
  int stop(@Parameters(paramLabel = "SERVICE", description = SERVICES) String service) {
    CommandContext context = CommandContext.current();
    StackComponent component = StackComponent.byId(service);
    restorer(context, component).stop();
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
      @Parameters(paramLabel = "SERVICE", description = SERVICES) String service,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "TIME",
              description = "When the backup was begun, for example 2026-11-20T08:00:00Z.")
          String to) {
    CommandContext context = CommandContext.current();
    StackComponent component = StackComponent.byId(service);
    Instant time = time(to);
    ServiceRestorer.Rewound rewound = restorer(context, component).rewind(time);
    context.terminal().print("Database '%s' is in epoch %s.", component.id(), rewound.epoch());
    rewound
        .readAgain()
        .forEach(
            (topic, records) ->
                context.terminal().print("%s: %d records are read again.", topic, records));
    if (rewound.readAgain().isEmpty()) {
      context.terminal().print("No record is later than %s: nothing is read again.", time);
    }
    context.terminal().print("Continue with: ./whetstone restore replay %s", component.id());
    return 0;
  }

  @Command(
      name = "replay",
      description = "Start the service and wait until it has read everything again.",
      mixinStandardHelpOptions = true)
  int replay(
      @Parameters(paramLabel = "SERVICE", description = SERVICES) String service,
      @Option(
              names = "--minutes",
              defaultValue = "30",
              description = "How long to wait (default: ${DEFAULT-VALUE}).")
          int minutes) {
    CommandContext context = CommandContext.current();
    StackComponent component = StackComponent.byId(service);
    long read =
        restorer(context, component).replay(context.terminal(), Duration.ofMinutes(minutes));
    context.terminal().print("The service %s has read %d records again.", component.id(), read);
    return 0;
  }

  private static ServiceRestorer restorer(CommandContext context, StackComponent component) {
    return new ServiceRestorer(context.stack(), component);
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new RemedyException(
          "'" + text + "' is not a time", "write it as in 2026-11-20T08:00:00Z");
    }
  }
}
