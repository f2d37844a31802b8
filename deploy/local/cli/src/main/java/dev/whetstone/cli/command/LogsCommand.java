package dev.whetstone.cli.command;

import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the logs of the processes. */
@Command(
    name = "logs",
    description = "Show the end of the logs of one service or of all.",
    mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "SERVICE",
      description = "infra, model-server, ingest, curation, training or eval")
  private @Nullable String service;

  @Option(names = "-f", description = "Follow: keep showing new lines.")
  private boolean follow;

  @Option(
      names = "-n",
      defaultValue = "40",
      description = "Number of lines (default: ${DEFAULT-VALUE}).")
  private int lines;

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandContext context = CommandContext.current();
    List<StackComponent> components =
        service == null ? List.of(StackComponent.values()) : List.of(StackComponent.byId(service));
    List<String> files =
        Stream.concat(
                components.stream().map(context.options().home()::log),
                service == null
                    ? Stream.of(context.options().home().logs().resolve("watchdog.log"))
                    : Stream.<Path>of())
            .filter(Files::exists)
            .map(Path::toString)
            .toList();
    if (files.isEmpty()) {
      throw new RemedyException("there are no logs yet", "start the stack: ./whetstone up");
    }
    List<String> command = new ArrayList<>(List.of("tail", "-n", Integer.toString(lines)));
    if (follow) {
      command.add("-F");
    }
    command.addAll(files);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
