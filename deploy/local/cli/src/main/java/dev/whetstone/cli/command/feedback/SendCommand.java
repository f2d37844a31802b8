package dev.whetstone.cli.command.feedback;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends a file of interactions and feedback to a loop. */
@Command(
    name = "send",
    description = {
      "Send a file of interactions and feedback to a loop.",
      "The file has one JSON object per line, or one JSON array; it may be compressed (.gz)."
    },
    mixinStandardHelpOptions = true)
public final class SendCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = LoopReference.LABEL, index = "0")
  private String loop = "";

  @Parameters(paramLabel = "FILE", index = "1")
  private Path file = Path.of("");

  @Option(
      names = "--as",
      defaultValue = "auto",
      description =
          "auto, interactions, feedback, or demonstrations (chat rows: the last answer is learned);"
              + " default: ${DEFAULT-VALUE}")
  private String as = "auto";

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    context.requireRunning(StackComponent.INGEST);
    LoopReference found = LoopReference.find(context, loop);
    Terminal terminal = context.terminal();
    FeedbackSender sender =
        new FeedbackSender(
            context.api(found.tenant()),
            found,
            request ->
                terminal
                    .await("ingest takes no more at the moment", LIMIT, () -> "", request)
                    .orElseThrow(SendCommand::overloaded));
    new FeedbackFile(file, format()).read(sender);
    sender.flush();
    if (json) {
      printMachineForm(sender);
    } else {
      sender.refusals().forEach(refusal -> terminal.print(terminal.red("  ✗ ") + refusal));
      terminal.print(
          "Sent %d items to loop %s: %d accepted, %d refused.",
          sender.accepted() + sender.refused(),
          found.qualified(),
          sender.accepted(),
          sender.refused());
    }
    return sender.refused() == 0 ? 0 : 1;
  }

  private FeedbackItem.Format format() {
    try {
      return FeedbackItem.format(as);
    } catch (IllegalArgumentException e) {
      throw new RemedyException(
          "--as is '" + as + "'", "use auto, interactions, feedback or demonstrations", e);
    }
  }

  private void printMachineForm(FeedbackSender sender) {
    ObjectNode summary =
        ApiClient.JSON
            .createObjectNode()
            .put("accepted", sender.accepted())
            .put("refused", sender.refused());
    sender.refusals().forEach(summary.putArray("firstRefusals")::add);
    PrintWriter out = spec.commandLine().getOut();
    out.println(summary.toPrettyString());
    out.flush();
  }

  private static RemedyException overloaded() {
    return new RemedyException(
        "ingest accepted nothing for " + LIMIT.toMinutes() + " minutes",
        "check Kafka: ./whetstone status; then send the file again, what was accepted counts once");
  }
}
