package dev.whetstone.local.stack;

import dev.whetstone.local.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Starts Kafka and PostgreSQL as {@code ./whetstone up} does, in a process of its own. */
final class StartingInfra {
  /** Takes back that whoever runs the tests may ignore interrupts. */
  private static final String INTERRUPTIBLE = "$SIG{INT} = 'DEFAULT'; exec { $ARGV[0] } @ARGV;";

  private StartingInfra() {}

  /** Arguments: the state folder and the ports in the order of {@link Ports}. */
  public static void main(String[] arguments) {
    List<Integer> p = List.of(arguments).subList(1, 9).stream().map(Integer::valueOf).toList();
    Ports ports =
        new Ports(p.get(0), p.get(1), p.get(2), p.get(3), p.get(4), p.get(5), p.get(6), p.get(7));
    StackOptions options =
        StackOptions.standard(Path.of("../.."))
            .at(Path.of(arguments[0]), ports)
            .withComponents(EnumSet.of(Component.INFRA));
    LocalStack.of(options).start(Terminal.standard());
  }

  static Process start(StackOptions options) throws IOException {
    Ports ports = options.ports();
    List<String> command = new ArrayList<>();
    command.addAll(List.of("perl", "-e", INTERRUPTIBLE));
    command.add(options.java().toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(StartingInfra.class.getName());
    command.add(options.home().directory().toString());
    for (int port :
        new int[] {
          ports.ingest(),
          ports.curation(),
          ports.training(),
          ports.eval(),
          ports.modelServer(),
          ports.kafka(),
          ports.kafkaController(),
          ports.postgres()
        }) {
      command.add(Integer.toString(port));
    }
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
