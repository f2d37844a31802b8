package dev.whetstone.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.local.api.Api;
import dev.whetstone.local.api.Reply;
import dev.whetstone.local.stack.Component;
import dev.whetstone.local.terminal.GateLine;
import dev.whetstone.local.terminal.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the services know of one id, put together in the order in which it happened. */
final class Life {
  private static final int WORST_SHOWN = 5;
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
    List<JsonNode> fates = asList(reply.body(), "fates");
    fates.forEach(fate -> tellFate(loop, fate));
    return !fates.isEmpty();
  }

  private boolean tellResponse(String loop, String id) {
    Reply reply = api.get(Component.CURATION, "/v1/loops/" + loop + "/responses/" + Api.encode(id));
    if (!reply.isOk()) {
      return false;
    }
    terminal.say("%s  in loop %s/%s", terminal.bold("answer " + id), tenant, loop);
    JsonNode body = reply.body();
    if (body.path("interaction").isObject()) {
      tellFate(loop, body.path("interaction"));
    }
    List<JsonNode> events = new ArrayList<>(asList(body, "events"));
    events.addAll(asList(body.path("feedback"), "feedback"));
    events.forEach(fate -> tellFate(loop, fate));
    if (events.isEmpty() && !body.path("interaction").isObject()) {
      terminal.say(body.toPrettyString());
    }
    return true;
  }

  private boolean tellCheckpoint(String loop, String id) {
    boolean found = false;
    for (JsonNode decision : decisions(loop)) {
      if (!id.isEmpty() && decision.path("candidate").asText().startsWith(id)) {
        terminal.say(
            "%s  in loop %s/%s",
            terminal.bold("checkpoint " + decision.path("candidate").asText()), tenant, loop);
        tellRunsOf(loop, decision);
        tellDecision(decision);
        found = true;
      }
    }
    if (found) {
      return true;
    }
    Reply reply = api.get(Component.EVAL, "/v1/checkpoints/" + Api.encode(id));
    if (!reply.isOk() || !loopOf(reply.body()).equals(loop)) {
      return false;
    }
    terminal.say("%s: not judged yet", terminal.bold("checkpoint " + id));
    terminal.say(reply.body().toPrettyString());
    return true;
  }

  private static String loopOf(JsonNode checkpoint) {
    return checkpoint.path("loop").isTextual()
        ? checkpoint.path("loop").asText()
        : checkpoint.at("/loop/loop").asText();
  }

  private void tellFate(String loop, JsonNode fate) {
    String event = fate.path("id").asText(fate.path("eventKey").asText());
    terminal.say("%s  in loop %s/%s", terminal.bold("event " + event), tenant, loop);
    terminal.say("  fate      %s", inWords(fate));
    if (!fate.path("responseId").asText("").isEmpty()) {
      terminal.say("  about     answer %s", fate.path("responseId").asText());
    }
    Set<String> batches = new LinkedHashSet<>();
    for (JsonNode example : fate.path("examples")) {
      String batch = example.path("batchId").asText("");
      terminal.say(
          "  example   %s (%s, %s)%s",
          shortId(example.path("exampleId").asText()),
          example.path("form").asText().toLowerCase(java.util.Locale.ROOT),
          example.path("split").asText().toLowerCase(java.util.Locale.ROOT),
          batch.isEmpty() || "null".equals(batch) ? "" : " in batch " + shortId(batch));
      if (!batch.isEmpty() && !"null".equals(batch)) {
        batches.add(batch);
      }
    }
    batches.forEach(batch -> tellBatch(loop, batch));
  }

  /** The fate with its reason, for example "waiting for its interaction until …". */
  static String inWords(JsonNode fate) {
    StringBuilder words = new StringBuilder(fate.path("fate").asText());
    for (String field : List.of("reason", "detail")) {
      String text = fate.path(field).asText("");
      if (!text.isEmpty() && !"null".equals(text)) {
        words.append(field.equals("reason") ? ": " : ", ").append(text);
      }
    }
    String deadline = fate.path("deadline").asText("");
    if (!deadline.isEmpty() && !"null".equals(deadline)) {
      words.append(", until ").append(deadline);
    }
    return words.toString();
  }

  private void tellBatch(String loop, String batch) {
    for (JsonNode run : asList(api.ok(Component.TRAINING, runsPath(loop)), "runs")) {
      for (JsonNode id : run.path("batchIds")) {
        if (id.asText().equals(batch)) {
          tellRun(run);
        }
      }
    }
    for (JsonNode decision : decisions(loop)) {
      for (JsonNode id : decision.path("batchIds")) {
        if (id.asText().equals(batch)) {
          tellDecision(decision);
        }
      }
    }
  }

  private void tellRunsOf(String loop, JsonNode decision) {
    for (JsonNode run : asList(api.ok(Component.TRAINING, runsPath(loop)), "runs")) {
      if (run.path("checkpointId").asText().equals(decision.path("candidate").asText())) {
        tellRun(run);
      }
    }
  }

  private void tellRun(JsonNode run) {
    terminal.say(
        "  trained   %s, %s, %d attempt(s)",
        run.path("runId").asText(), run.path("state").asText(), run.path("attempts").size());
  }

  private void tellDecision(JsonNode decision) {
    terminal.say(
        "  decided   %s  %s", decision.path("verdict").asText(), GateLine.headline(decision));
    decision.path("gates").forEach(gate -> terminal.say("            %s", GateLine.of(gate)));
    for (WorstItems.Item item : WorstItems.of(decision, WORST_SHOWN)) {
      terminal.say("  worse     %s: %s", item.suite(), item.question());
      terminal.say("              wanted     %s", item.reference());
      terminal.say("              champion   %s", item.champion());
      terminal.say("              candidate  %s", item.candidate());
    }
  }

  private List<JsonNode> decisions(String loop) {
    return asList(api.ok(Component.EVAL, "/v1/loops/" + loop + "/decisions"), "decisions");
  }

  private static String runsPath(String loop) {
    return "/v1/loops/" + loop + "/runs";
  }

  static List<JsonNode> asList(JsonNode node, String field) {
    List<JsonNode> list = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(list::add);
    } else if (node.path(field).isArray()) {
      node.path(field).forEach(list::add);
    } else if (node.has("eventKey")) {
      list.add(node);
    }
    return list;
  }

  private static String shortId(String id) {
    return id.length() > 12 ? id.substring(0, 12) : id;
  }
}
