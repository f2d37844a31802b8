package dev.whetstone.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.local.api.Api;
import dev.whetstone.local.api.Reply;
import dev.whetstone.local.stack.Component;
import dev.whetstone.local.terminal.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What the services know of one id, put together in the order in which it happened. */
final class Life {
  private final Api api;
  private final Terminal terminal;
  private final String tenant;

  Life(Api api, Terminal terminal, String tenant) {
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
    Reply reply = api.get(Component.CURATION, "/v1/loops/" + loop + "/fates?id=" + Api.encode(id));
    if (!reply.isOk()) {
      return false;
    }
    reply.body().forEach(fate -> tellFate(loop, fate));
    return !reply.body().isEmpty();
  }

  private boolean tellResponse(String loop, String id) {
    Reply reply = api.get(Component.CURATION, "/v1/loops/" + loop + "/responses/" + Api.encode(id));
    if (!reply.isOk()) {
      return false;
    }
    JsonNode body = reply.body();
    title("answer " + id, loop);
    if (body.path("interaction").isObject()) {
      say("  part of   conversation %s", FateWords.text(body, "conversationId"));
      say("  split     %s", FateWords.text(body, "split"));
      tellFate(loop, body.path("interaction"));
    } else {
      say("  known     from feedback only: its interaction has not come");
    }
    body.path("feedback").forEach(fate -> tellFate(loop, fate));
    return true;
  }

  private boolean tellCheckpoint(String loop, String id) {
    Reply reply = api.get(Component.EVAL, "/v1/checkpoints/" + Api.encode(id));
    if (!reply.isOk() || !FateWords.text(reply.body(), "loop").equals(loop)) {
      return false;
    }
    JsonNode story = reply.body();
    String checkpoint = FateWords.text(story, "checkpointId");
    title("checkpoint " + checkpoint, loop);
    tellRuns(loop, run -> FateWords.text(run, "runId").equals(FateWords.text(story, "runId")));
    CheckpointWords.lines(story).forEach(terminal::say);
    for (JsonNode decision : oldestFirst(Component.EVAL, loop, "decisions")) {
      if (FateWords.text(decision, "candidate").equals(checkpoint)) {
        CheckpointWords.decision(decision, story).forEach(terminal::say);
      }
    }
    return true;
  }

  private void tellFate(String loop, JsonNode fate) {
    title("event " + FateWords.text(fate, "id"), loop);
    FateWords.lines(fate).forEach(terminal::say);
    Set<String> batches = new LinkedHashSet<>();
    for (JsonNode example : fate.path("examples")) {
      String batch = FateWords.text(example, "batchId");
      if (!batch.isEmpty()) {
        batches.add(batch);
      }
    }
    batches.forEach(batch -> tellBatch(loop, batch));
  }

  private void tellBatch(String loop, String batch) {
    tellRuns(loop, run -> holds(run, batch));
    for (JsonNode decision : oldestFirst(Component.EVAL, loop, "decisions")) {
      if (holds(decision, batch)) {
        Reply story =
            api.get(
                Component.EVAL,
                "/v1/checkpoints/" + Api.encode(FateWords.text(decision, "candidate")));
        CheckpointWords.decision(decision, story.body()).forEach(terminal::say);
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
    for (JsonNode run : oldestFirst(Component.TRAINING, loop, "runs")) {
      if (wanted.test(run)) {
        String reason = FateWords.text(run, "reason");
        say(
            "  trained   %s, %s, %d attempt(s)%s",
            FateWords.text(run, "runId"),
            FateWords.text(run, "state"),
            run.path("attempts").size(),
            reason.isEmpty() ? "" : ": " + reason);
      }
    }
  }

  /** Services list the newest first. */
  private List<JsonNode> oldestFirst(Component service, String loop, String what) {
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
