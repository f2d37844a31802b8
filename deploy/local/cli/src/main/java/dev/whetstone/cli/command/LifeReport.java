package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What the services know of one id, put together in the order in which it happened. */
final class LifeReport {
  private final ApiClient api;
  private final Terminal terminal;
  private final String tenant;

  LifeReport(ApiClient api, Terminal terminal, String tenant) {
    this.api = api;
    this.terminal = terminal;
    this.tenant = tenant;
  }

  /** Tells what is known of {@code id}; false when that is nothing. */
  boolean tell(String id) {
    boolean found = false;
    for (String loop : StatusCommand.loopNames(api)) {
      found |= tellEvent(loop, id) || tellResponse(loop, id) || tellCheckpoint(loop, id);
    }
    return found;
  }

  private boolean tellEvent(String loop, String id) {
    ApiReply reply =
        api.get(StackComponent.CURATION, "/v1/loops/" + loop + "/fates?id=" + ApiClient.encode(id));
    if (!reply.isOk()) {
      return false;
    }
    reply.body().forEach(fate -> tellFate(loop, fate));
    return !reply.body().isEmpty();
  }

  private boolean tellResponse(String loop, String id) {
    ApiReply reply =
        api.get(
            StackComponent.CURATION, "/v1/loops/" + loop + "/responses/" + ApiClient.encode(id));
    if (!reply.isOk()) {
      return false;
    }
    JsonNode body = reply.body();
    title("answer " + id, loop);
    if (body.path("interaction").isObject()) {
      say("  part of   conversation %s", FateText.text(body, "conversationId"));
      say("  split     %s", FateText.text(body, "split"));
      tellFate(loop, body.path("interaction"));
    } else {
      say("  known     from feedback only: its interaction has not come");
    }
    body.path("feedback").forEach(fate -> tellFate(loop, fate));
    return true;
  }

  private boolean tellCheckpoint(String loop, String id) {
    ApiReply reply = api.get(StackComponent.EVAL, "/v1/checkpoints/" + ApiClient.encode(id));
    if (!reply.isOk() || !FateText.text(reply.body(), "loop").equals(loop)) {
      return false;
    }
    JsonNode story = reply.body();
    String checkpoint = FateText.text(story, "checkpointId");
    title("checkpoint " + checkpoint, loop);
    tellRuns(loop, run -> FateText.text(run, "runId").equals(FateText.text(story, "runId")));
    CheckpointText.lines(story).forEach(terminal::say);
    for (JsonNode decision : oldestFirst(StackComponent.EVAL, loop, "decisions")) {
      if (FateText.text(decision, "candidate").equals(checkpoint)) {
        CheckpointText.decision(decision, story).forEach(terminal::say);
      }
    }
    return true;
  }

  private void tellFate(String loop, JsonNode fate) {
    title("event " + FateText.text(fate, "id"), loop);
    FateText.lines(fate).forEach(terminal::say);
    Set<String> batches = new LinkedHashSet<>();
    for (JsonNode example : fate.path("examples")) {
      String batch = FateText.text(example, "batchId");
      if (!batch.isEmpty()) {
        batches.add(batch);
      }
    }
    batches.forEach(batch -> tellBatch(loop, batch));
  }

  private void tellBatch(String loop, String batch) {
    tellRuns(loop, run -> holds(run, batch));
    for (JsonNode decision : oldestFirst(StackComponent.EVAL, loop, "decisions")) {
      if (holds(decision, batch)) {
        ApiReply story =
            api.get(
                StackComponent.EVAL,
                "/v1/checkpoints/" + ApiClient.encode(FateText.text(decision, "candidate")));
        CheckpointText.decision(decision, story.body()).forEach(terminal::say);
      }
    }
  }

  private static boolean holds(JsonNode node, String batch) {
    for (JsonNode id : node.path("batchIds")) {
      if (id.asText().equals(batch)) {
        return true;
      }
    }
    return false;
  }

  private void tellRuns(String loop, Predicate<JsonNode> wanted) {
    for (JsonNode run : oldestFirst(StackComponent.TRAINING, loop, "runs")) {
      if (wanted.test(run)) {
        String reason = FateText.text(run, "reason");
        say(
            "  trained   %s, %s, %d attempt(s)%s",
            FateText.text(run, "runId"),
            FateText.text(run, "state"),
            run.path("attempts").size(),
            reason.isEmpty() ? "" : ": " + reason);
      }
    }
  }

  /** Services list the newest first. */
  private List<JsonNode> oldestFirst(StackComponent service, String loop, String what) {
    List<JsonNode> all = new ArrayList<>();
    api.ok(service, "/v1/loops/" + loop + "/" + what).forEach(all::add);
    return all.reversed();
  }

  private void title(String what, String loop) {
    say("%s  in loop %s/%s", terminal.bold(what), tenant, loop);
  }

  private void say(String format, Object... values) {
    terminal.say(format, values);
  }
}
