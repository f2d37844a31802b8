package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.LoopDeclarer;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks, declares and explains loops. */
@Command(
    name = "loop",
    description = "Check, declare or explain a loop file.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "validate|apply|explain")
final class LoopCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Spec private CommandSpec spec;

  @Command(
      name = "validate",
      description = "Say whether a loop file is right; change nothing.",
      mixinStandardHelpOptions = true)
  int validate(@Parameters(paramLabel = "FILE") Path file) {
    CommandContext workplace = CommandContext.current();
    LoopFile loop = LoopFile.read(file);
    ApiReply reply = explain(workplace, loop);
    if (!reply.isOk()) {
      return refuse(loop, reply);
    }
    workplace.terminal().say("%s is right: loop %s/%s.", file, loop.tenant(), loop.name());
    return 0;
  }

  @Command(
      name = "apply",
      description = "Declare the loop, or change its declaration.",
      mixinStandardHelpOptions = true)
  int apply(@Parameters(paramLabel = "FILE") Path file) {
    CommandContext workplace = CommandContext.current();
    workplace.requireRunning(StackComponent.EVAL);
    LoopFile loop = LoopFile.read(file);
    ApiClient api = workplace.api(loop.tenant());
    ApiReply reply = LoopDeclarer.declare(api, loop.name(), loop.content());
    if (!reply.isOk()) {
      return refuse(loop, reply);
    }
    workplace
        .terminal()
        .say(
            "Loop %s/%s is declared: revision %s, digest %s.",
            loop.tenant(),
            loop.name(),
            reply.body().path("revision").asText("?"),
            reply.body().path("specSha256").asText("?"));
    sayWhoIsUnaware(workplace.terminal(), api, loop, reply.body().path("specSha256").asText());
    return 0;
  }

  /** Events of a loop that ingest does not know yet would be refused: waits until it does. */
  private static void sayWhoIsUnaware(
      Terminal terminal, ApiClient api, LoopFile loop, String digest) {
    Optional<Boolean> known =
        terminal.await(
            "every service to learn of it",
            PATIENCE,
            () -> "",
            () ->
                LoopDeclarer.unaware(api, loop.name(), digest).isEmpty()
                    ? Optional.of(true)
                    : Optional.empty());
    if (known.isEmpty()) {
      LoopDeclarer.unaware(api, loop.name(), digest)
          .forEach(
              service ->
                  terminal.say(
                      "%s does not know it yet; it learns of it when it runs (./whetstone status).",
                      service.description()));
    }
  }

  @Command(
      name = "explain",
      description = "Print the loop file with every field; comments give the origins of defaults.",
      mixinStandardHelpOptions = true)
  int explain(
      @Parameters(paramLabel = "FILE") Path file,
      @Option(names = "--json", description = "Print JSON for programs.") boolean json) {
    CommandContext workplace = CommandContext.current();
    LoopFile loop = LoopFile.read(file);
    ApiReply reply = explain(workplace, loop);
    if (!reply.isOk()) {
      return refuse(loop, reply);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? machineForm(reply.body()) : reply.body().path("yaml").asText());
    out.flush();
    return 0;
  }

  /** The service's explanation: the spec, and each field's JSON Pointer, value and origin. */
  static String machineForm(JsonNode explanation) {
    ObjectNode machine = explanation.deepCopy();
    return machine.without("yaml").toPrettyString() + System.lineSeparator();
  }

  private static ApiReply explain(CommandContext workplace, LoopFile loop) {
    workplace.requireRunning(StackComponent.EVAL);
    return workplace
        .api(loop.tenant())
        .post(StackComponent.EVAL, "/v1/loops/" + loop.name() + "/explain", loop.content());
  }

  private int refuse(LoopFile loop, ApiReply reply) {
    PrintWriter err = spec.commandLine().getErr();
    if (!"invalid-loop".equals(reply.body().path("code").asText())) {
      err.printf("%s is refused: %s%n", loop.file(), reply.problem());
      return 1;
    }
    err.printf("%s is refused:%n", loop.file());
    // The service calls the body by the loop's name; here it is a file.
    String name = loop.name() + " ";
    reply
        .body()
        .path("detail")
        .asText()
        .lines()
        .map(fault -> fault.startsWith(name) ? fault.substring(name.length()) : fault)
        .forEach(fault -> err.println("  " + fault));
    return 1;
  }
}
