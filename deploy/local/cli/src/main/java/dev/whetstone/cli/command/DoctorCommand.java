package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Checks the stack of this checkout. The doctor is a program of its own, because it has the
 * libraries of the services; it gets their settings through its input, not its command line.
 */
@Command(
    name = "doctor",
    description = {
      "Check Kafka, PostgreSQL, the object store, the services and the model servers: what is wrong,"
          + " and how to fix it.",
      "Ends with 0 when nothing is wrong, 1 when something is, 2 for wrong arguments."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private static final List<StackComponent> SERVICES =
      List.of(
          StackComponent.INGEST,
          StackComponent.CURATION,
          StackComponent.TRAINING,
          StackComponent.EVAL);

  /** The program's own time, on a machine that has much else to do. */
  private static final Duration START_AND_END = Duration.ofMinutes(1);

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Limit of each check (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandContext context = CommandContext.current();
    Path program = context.project().resolve("deploy/doctor/target/lib");
    if (!Files.isDirectory(program)) {
      throw new RemedyException(
          "the doctor is not built: " + program + " does not exist",
          "build it with ./whetstone up or ./mvnw -DskipTests package");
    }
    Process process =
        new ProcessBuilder(command(context, program))
            .redirectOutput(Redirect.INHERIT)
            .redirectError(Redirect.INHERIT)
            .start();
    try (OutputStream input = process.getOutputStream()) {
      input.write(ApiClient.JSON.writeValueAsBytes(installation(context)));
    }
    // The checks run in two rounds, each within the limit.
    Duration longest = START_AND_END.plusSeconds(2L * seconds);
    if (!process.waitFor(longest.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new RemedyException(
          "the doctor did not end within " + longest.toSeconds() + " s",
          "run it again when the machine has less to do");
    }
    return process.exitValue();
  }

  private List<String> command(CommandContext context, Path program) {
    List<String> command =
        new ArrayList<>(
            List.of(
                context.options().javaHome().resolve("bin/java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                program + "/*",
                "dev.whetstone.doctor.DoctorProgram",
                "--timeout",
                Integer.toString(seconds)));
    if (json) {
      command.add("--json");
    }
    return command;
  }

  static ObjectNode installation(CommandContext context) {
    ObjectNode installation = ApiClient.JSON.createObjectNode();
    ArrayNode services = installation.putArray("services");
    for (StackComponent service : SERVICES) {
      ObjectNode each = services.addObject();
      each.put("name", service.id());
      each.put("management", "http://127.0.0.1:" + context.options().ports().management(service));
      each.put(
          "look", "start it with ./whetstone up; its log is in ./whetstone logs " + service.id());
      ObjectNode environment = each.putObject("environment");
      context.stack().environment(service).forEach(environment::put);
    }
    return installation;
  }
}
