package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.util.List;

/** The state of the processes and of loops as one JSON value. */
final class StatusSnapshot {
  /** The services that report on a loop, in the order of its life. */
  static final List<StackComponent> REPORTING =
      List.of(StackComponent.CURATION, StackComponent.TRAINING, StackComponent.EVAL);

  private static final int NO_ANSWER = 599;

  private StatusSnapshot() {}

  static ObjectNode of(CommandContext context, List<LoopReference> loops) {
    ObjectNode snapshot = ApiClient.JSON.createObjectNode();
    ObjectNode processes = snapshot.putObject("processes");
    for (StackComponent component : StackComponent.values()) {
      processes.put(
          component.id(),
          context.stack().isReady(component)
              ? "ready"
              : context.stack().isRunning(component) ? "starting" : "stopped");
    }
    var list = snapshot.putArray("loops");
    for (LoopReference loop : loops) {
      ObjectNode entry =
          list.addObject()
              .put("tenant", loop.tenant())
              .put("loop", loop.name())
              .put("state", loop.declared().path("state").asText("active"))
              .put("revision", loop.declared().path("revision").asLong());
      ApiReply champion =
          context.api(loop.tenant()).get(StackComponent.EVAL, loop.path("/champion"));
      if (champion.isOk()) {
        entry.set("champion", champion.body());
      }
      for (StackComponent service : REPORTING) {
        ApiReply reply = status(context, loop, service);
        if (reply.isOk()) {
          entry.set(service.id(), reply.body());
        } else {
          entry.putObject(service.id()).put("problem", reply.problem());
        }
      }
    }
    return snapshot;
  }

  /** A service's report on a loop. A service that does not answer is a reply that is not OK. */
  static ApiReply status(CommandContext context, LoopReference loop, StackComponent service) {
    try {
      return context.api(loop.tenant()).get(service, loop.path("/status"));
    } catch (RemedyException e) {
      return new ApiReply(NO_ANSWER, TextNode.valueOf(String.valueOf(e.getMessage())));
    }
  }
}
