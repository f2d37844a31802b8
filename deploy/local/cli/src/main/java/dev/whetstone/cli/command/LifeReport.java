package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.DecisionLink;
import dev.whetstone.client.api.StackComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Everything that the services report about one id, in chronological order. */
final class LifeReport {
  private final ApiClient api;
  private final Terminal terminal;
  private final String tenant;

  LifeReport(ApiClient api, Terminal terminal, String tenant) {
    this.api = api;
    this.terminal = terminal;
    this.tenant = tenant;
  }

  /** Prints everything about {@code id}; false when no service knows it. */
  boolean show(String id) {
    boolean found = false;
    for (String loop : StatusCommand.loopNames(api)) {
      found |= showEvent(loop, id) || showResponse(loop, id) || showCheckpoint(loop, id);
    }
    return found;
  }

  private boolean showEvent(String loop, String id) {
    ApiReply reply =
        api.get(StackComponent.CURATION, "/v1/loops/" + loop + "/fates?id=" + ApiClient.encode(id));
    if (!reply.isOk()) {
      return false;
    }
    reply.body().forEach(fate -> showFate(loop, fate));
    return !reply.body().isEmpty();
  }

  private boolean showResponse(String loop, String id) {
    ApiReply reply =
        api.get(
            StackComponent.CURATION, "/v1/loops/" + loop + "/responses/" + ApiClient.encode(id));
    if (!reply.isOk()) {
      return false;
    }
    JsonNode body = reply.body();
    title("response " + id, loop);
    if (body.path("interaction").isObject()) {
      print("  in        conversation %s", FateText.text(body, "conversationId"));
      print("  split     %s", FateText.text(body, "split"));
      showFate(loop, body.path("interaction"));
    } else {
      print("  known     from feedback only: its interaction has not arrived");
    }
    body.path("feedback").forEach(fate -> showFate(loop, fate));
    return true;
  }

  private boolean showCheckpoint(String loop, String id) {
    ApiReply reply = api.get(StackComponent.EVAL, "/v1/checkpoints/" + ApiClient.encode(id));
    if (!reply.isOk() || !FateText.text(reply.body(), "loop").equals(loop)) {
      return false;
    }
    JsonNode story = reply.body();
    String checkpoint = FateText.text(story, "checkpointId");
    title("checkpoint " + checkpoint, loop);
    showRuns(loop, run -> FateText.text(run, "runId").equals(FateText.text(story, "runId")));
    CheckpointText.lines(story).forEach(terminal::print);
    for (JsonNode decision : oldestFirst(StackComponent.EVAL, loop, "decisions")) {
      if (FateText.text(decision, "candidate").equals(checkpoint)) {
        CheckpointText.decision(decision, story).forEach(terminal::print);
        showPage(decision);
      }
    }
    return true;
  }

  private void showFate(String loop, JsonNode fate) {
    title("event " + FateText.text(fate, "id"), loop);
    FateText.lines(fate).forEach(terminal::print);
    Set<String> batches = new LinkedHashSet<>();
    for (JsonNode example : fate.path("examples")) {
      String batch = FateText.text(example, "batchId");
      if (!batch.isEmpty()) {
        batches.add(batch);
      }
    }
    batches.forEach(batch -> showBatch(loop, batch));
  }

  private void showBatch(String loop, String batch) {
    showRuns(loop, run -> holds(run, batch));
    for (JsonNode decision : oldestFirst(StackComponent.EVAL, loop, "decisions")) {
      if (holds(decision, batch)) {
        ApiReply story =
            api.get(
                StackComponent.EVAL,
                "/v1/checkpoints/" + ApiClient.encode(FateText.text(decision, "candidate")));
        CheckpointText.decision(decision, story.body()).forEach(terminal::print);
        showPage(decision);
      }
    }
  }

  /** A link holds for some minutes and opens the page once, so each report makes a new one. */
  private void showPage(JsonNode decision) {
    print("  page      %s", DecisionLink.create(api, FateText.text(decision, "decisionId")));
  }

  private static boolean holds(JsonNode node, String batch) {
    for (JsonNode id : node.path("batchIds")) {
      if (id.asText().equals(batch)) {
        return true;
      }
    }
    return false;
  }

  private void showRuns(String loop, Predicate<JsonNode> wanted) {
    for (JsonNode run : oldestFirst(StackComponent.TRAINING, loop, "runs")) {
      if (wanted.test(run)) {
        String reason = FateText.text(run, "reason");
        print(
            "  trained   %s, %s, %d attempt(s)%s",
            FateText.text(run, "runId"),
            FateText.text(run, "state"),
            run.path("attempts").size(),
            reason.isEmpty() ? "" : ": " + reason);
      }
    }
  }

  /** Services list the newest first; reversed here. */
  private List<JsonNode> oldestFirst(StackComponent service, String loop, String what) {
    List<JsonNode> all = new ArrayList<>();
    api.ok(service, "/v1/loops/" + loop + "/" + what).forEach(all::add);
    return all.reversed();
  }

  private void title(String what, String loop) {
    print("%s  in loop %s/%s", terminal.bold(what), tenant, loop);
  }

  private void print(String format, Object... values) {
    terminal.print(format, values);
  }
}
