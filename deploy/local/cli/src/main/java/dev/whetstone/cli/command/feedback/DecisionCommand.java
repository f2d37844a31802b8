package dev.whetstone.cli.command.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.context.CommandContext;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Parameters;

/** Answers a decision that waits for a person. */
abstract class DecisionCommand implements Callable<Integer> {
  private static final int NOT_FOUND = 404;

  @Parameters(
      paramLabel = "DECISION",
      description = "decision id, as ./whetstone status and the decision page show it")
  private String decision = "";

  /** The last part of the REST path. */
  abstract String verb();

  /** What has happened to the decision. */
  abstract String done();

  @Override
  public Integer call() {
    CommandContext context = CommandContext.current();
    context.requireRunning(StackComponent.EVAL);
    String path = "/v1/decisions/" + ApiClient.encode(decision) + "/" + verb();
    for (String tenant : context.operatorKeys().tenants()) {
      ApiReply reply = context.api(tenant).send(StackComponent.EVAL, "POST", path, null, null);
      if (reply.status() != NOT_FOUND) {
        JsonNode answer = ApiClient.require(StackComponent.EVAL, "POST " + path, reply);
        context
            .terminal()
            .print(
                "%s decision %s: candidate %s.",
                done(), decision, answer.path("candidate").asText());
        return 0;
      }
    }
    throw new RemedyException(
        "there is no decision '" + decision + "'",
        "list them: GET /v1/loops/{loop}/decisions (eval)");
  }
}
