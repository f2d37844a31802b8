package dev.whetstone.cli.command.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.context.CommandContext;
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

/** Validates, declares, shows and changes loops. */
@Command(
    name = "loop",
    description =
        "Validate, apply or explain a loop file; list, show, pause, resume or delete loops.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      LoopListCommand.class,
      LoopShowCommand.class,
      LoopPauseCommand.class,
      LoopResumeCommand.class,
      LoopDeleteCommand.class
    })
public final class LoopCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @Spec private CommandSpec spec;

  @Command(
      name = "validate",
      description = "Check a loop file without declaring it.",
      mixinStandardHelpOptions = true)
  int validate(@Parameters(paramLabel = "FILE") Path file) {
    CommandContext context = CommandContext.current();
    LoopFile loop = LoopFile.read(file);
    ApiReply reply = explain(context, loop);
    if (!reply.isOk()) {
      return refuse(loop, reply);
    }
    if (!trainable(context, loop, reply.body())) {
      return 1;
    }
    context.terminal().print("%s is valid: loop %s/%s.", file, loop.tenant(), loop.name());
    return 0;
  }

  @Command(
      name = "apply",
      description = "Declare the loop or update its declaration.",
      mixinStandardHelpOptions = true)
  int apply(@Parameters(paramLabel = "FILE") Path file) {
    CommandContext context = CommandContext.current();
    context.requireRunning(StackComponent.EVAL);
    LoopFile loop = LoopFile.read(file);
    ApiClient api = context.api(loop.tenant());
    ApiReply explained = explain(context, loop);
    if (!explained.isOk()) {
      return refuse(loop, explained);
    }
    if (!trainable(context, loop, explained.body())) {
      return 1;
    }
    ApiReply reply = LoopDeclarer.declare(api, loop.name(), loop.content());
    if (!reply.isOk()) {
      return refuse(loop, reply);
    }
    context
        .terminal()
        .print(
            "Declared loop %s/%s: revision %s, digest %s.",
            loop.tenant(),
            loop.name(),
            reply.body().path("revision").asText("?"),
            reply.body().path("specSha256").asText("?"));
    awaitPropagation(context.terminal(), api, loop, reply.body().path("specSha256").asText());
    EndpointCheck.warning(reply.body().at("/spec/spec/serving"))
        .ifPresent(
            warning -> context.terminal().print(context.terminal().yellow("Warning: ") + warning));
    return 0;
  }

  /** Prints what the declared base cannot train; false if it can train nothing. */
  private boolean trainable(CommandContext context, LoopFile loop, JsonNode explanation) {
    Terminal terminal = context.terminal();
    Optional<BaseCheck> check =
        terminal.during(
            "checking what the base can train",
            () -> "",
            () -> BaseCheck.of(context.options().python(), explanation.at("/spec/spec")));
    boolean usable = check.map(BaseCheck::usable).orElse(true);
    if (!usable) {
      spec.commandLine()
          .getErr()
          .printf(
              "%s is refused: no row of the base spec.baseModel can be trained; use a base with a"
                  + " chat template that prints its messages%n",
              loop.file());
    }
    check.stream()
        .flatMap(found -> found.lines().stream())
        .forEach(line -> terminal.print(terminal.yellow("Warning: ") + line));
    return usable;
  }

  /**
   * Waits until every service has the declaration: ingest rejects events of a loop that it does not
   * know.
   */
  private static void awaitPropagation(
      Terminal terminal, ApiClient api, LoopFile loop, String digest) {
    Optional<Boolean> known =
        terminal.await(
            "propagating the declaration to all services",
            TIMEOUT,
            () -> "",
            () ->
                LoopDeclarer.servicesMissing(api, loop.name(), digest).isEmpty()
                    ? Optional.of(true)
                    : Optional.empty());
    if (known.isEmpty()) {
      LoopDeclarer.servicesMissing(api, loop.name(), digest)
          .forEach(
              service ->
                  terminal.print(
                      "%s has not received the declaration yet; it does so once it is running (./whetstone status).",
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
    CommandContext context = CommandContext.current();
    LoopFile loop = LoopFile.read(file);
    ApiReply reply = explain(context, loop);
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

  private static ApiReply explain(CommandContext context, LoopFile loop) {
    context.requireRunning(StackComponent.EVAL);
    return context
        .api(loop.tenant())
        .post(StackComponent.EVAL, "/v1/loops/" + loop.name() + "/explain", loop.content());
  }

  private int refuse(LoopFile loop, ApiReply reply) {
    PrintWriter err = spec.commandLine().getErr();
    if (!"invalid-loop".equals(reply.body().path("code").asText())) {
      err.printf("%s is invalid: %s%n", loop.file(), reply.problem());
      return 1;
    }
    err.printf("%s is invalid:%n", loop.file());
    // The service prefixes each fault with the loop's name; the file is named here instead.
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
