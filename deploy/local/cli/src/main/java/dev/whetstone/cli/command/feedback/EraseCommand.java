package dev.whetstone.cli.command.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Erases a person or a conversation, or shows how far an erasure is. */
@Command(
    name = "erase",
    description = "Erase an end user or a conversation of a tenant, or show an erasure's progress.",
    mixinStandardHelpOptions = true)
public final class EraseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  @Option(
      names = "--tenant",
      defaultValue = CommandContext.TENANT,
      description = "default: ${DEFAULT-VALUE}")
  private String tenant = CommandContext.TENANT;

  @Option(names = "--yes", description = "Confirm the erasure.")
  private boolean confirmed;

  /** Exactly one of these. */
  static final class What {
    @Option(names = "--end-user", description = "the app's reference of the end user")
    private @Nullable String endUser;

    @Option(names = "--conversation", description = "id of the conversation")
    private @Nullable String conversation;

    @Option(names = "--show", paramLabel = "ERASURE", description = "id of an earlier erasure")
    private @Nullable String erasure;
  }

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    if (!context.operatorKeys().tenants().contains(tenant)) {
      throw new RemedyException(
          "this machine has no key of tenant '" + tenant + "'",
          "use one of " + context.operatorKeys().tenants());
    }
    ApiClient api = context.api(tenant);
    if (what.erasure != null) {
      context.requireRunning(StackComponent.CURATION);
      print(api.ok(StackComponent.CURATION, "/v1/erasures/" + ApiClient.encode(what.erasure)));
      return 0;
    }
    if (!confirmed) {
      throw new RemedyException(
          "an erasure cannot be undone, so it needs a confirmation", "add --yes");
    }
    context.requireRunning(StackComponent.INGEST);
    String path =
        what.endUser != null
            ? "/v1/endusers/" + ApiClient.encode(what.endUser)
            : "/v1/conversations/" + ApiClient.encode(String.valueOf(what.conversation));
    JsonNode started =
        ApiClient.require(
            StackComponent.INGEST, "DELETE " + path, api.delete(StackComponent.INGEST, path));
    print(started);
    context
        .terminal()
        .print("Its progress: ./whetstone erase --show %s", started.path("erasureId").asText());
    return 0;
  }

  private void print(JsonNode body) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(body.toPrettyString());
    out.flush();
  }
}
