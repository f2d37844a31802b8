package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.DecisionLink;
import dev.whetstone.client.api.StackComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Everything that the services report about one id, in chronological order. */
final class LifeReport {
  private final ApiClient api;
  private final Terminal terminal;
  private final String tenant;
  private final TraceReader traces;
  private final Set<String> shownBatches = new HashSet<>();

  LifeReport(ApiClient api, Terminal terminal, String tenant) {
    this.api = api;
    this.terminal = terminal;
    this.tenant = tenant;
    this.traces = new TraceReader(api);
  }

  /** Prints everything about {@code id}; false when no service knows it. */
  boolean show(String id) {
    boolean found = false;
    for (String loop : StatusCommand.loopNames(api)) {
      found |= showEvent(loop, id) || showResponse(loop, id) || showCheckpoint(loop, id);
    }
    return found;
  }

  /** What the services answer about {@code id}, per loop; empty when no service knows it. */
  ArrayNode answers(String id) {
    ArrayNode found = ApiClient.JSON.createArrayNode();
    String encoded = ApiClient.encode(id);
    for (String loop : StatusCommand.loopNames(api)) {
      ObjectNode entry = ApiClient.JSON.createObjectNode().put("tenant", tenant).put("loop", loop);
      String base = "/v1/loops/" + loop;
      boolean known =
          put(entry, "events", StackComponent.CURATION, base + "/fates?id=" + encoded)
              | put(entry, "response", StackComponent.CURATION, base + "/responses/" + encoded);
      ApiReply checkpoint = api.get(StackComponent.EVAL, "/v1/checkpoints/" + encoded);
      if (checkpoint.isOk() && FateText.text(checkpoint.body(), "loop").equals(loop)) {
        entry.set("checkpoint", checkpoint.body());
        known = true;
      }
      if (known) {
        ArrayNode traced = traces.of(loop, entry.path("events"));
        if (!traced.isEmpty()) {
          entry.set("traces", traced);
        }
        found.add(entry);
      }
    }
    return found;
  }

  private boolean put(ObjectNode entry, String field, StackComponent service, String path) {
    ApiReply reply = api.get(service, path);
    if (!reply.isOk() || reply.body().isEmpty()) {
      return false;
    }
    entry.set(field, reply.body());
    return true;
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
    traces.event(loop, FateText.text(fate, "eventKey")).ifPresent(this::showTrace);
    TraceReader.batches(fate).forEach(batch -> showBatch(loop, batch));
  }

  /** Events of one batch share its runs and decisions, which are printed once. */
  private void showBatch(String loop, String batch) {
    if (!shownBatches.add(loop + "/" + batch)) {
      print("  then      as above: batch %s", FateText.shortId(batch));
      return;
    }
    traces.batch(loop, batch).ifPresent(this::showTrace);
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
        traces.run(loop, FateText.text(run, "runId")).ifPresent(this::showTrace);
      }
    }
  }

  private void showTrace(JsonNode trace) {
    print(
        "  trace     %s of the %s", FateText.text(trace, "traceId"), FateText.text(trace, "kind"));
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
