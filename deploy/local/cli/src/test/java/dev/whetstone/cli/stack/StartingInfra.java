package dev.whetstone.cli.stack;

import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;

/** Starts Kafka and PostgreSQL like {@code ./whetstone up}, in a separate process. */
final class StartingInfra {
  /** Restores the default signal handler: the process that runs the tests may ignore SIGINT. */
  private static final String INTERRUPTIBLE = "$SIG{INT} = 'DEFAULT'; exec { $ARGV[0] } @ARGV;";

  private StartingInfra() {}

  /** Arguments: the state folder and the ports. */
  public static void main(String[] arguments) {
    StackOptions options =
        StackOptions.standard(Path.of("../../.."))
            .at(Path.of(arguments[0]), StackPorts.parse(arguments[1]))
            .withComponents(EnumSet.of(StackComponent.INFRA));
    LocalStack.of(options).start(Terminal.standard());
  }

  static Process start(StackOptions options) throws IOException {
    return new ProcessBuilder(
            "perl",
            "-e",
            INTERRUPTIBLE,
            options.java().toString(),
            "-cp",
            System.getProperty("java.class.path"),
            StartingInfra.class.getName(),
            options.home().directory().toString(),
            options.ports().argument())
        .redirectErrorStream(true)
        .start();
  }
}
