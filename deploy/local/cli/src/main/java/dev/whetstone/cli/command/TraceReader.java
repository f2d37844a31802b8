package dev.whetstone.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Asks the services for traces. There are none where tracing was off. */
final class TraceReader {
  private final ApiClient api;

  TraceReader(ApiClient api) {
    this.api = api;
  }

  Optional<JsonNode> event(String loop, String key) {
    return find(StackComponent.CURATION, loop, "event", key);
  }

  Optional<JsonNode> batch(String loop, String id) {
    return find(StackComponent.CURATION, loop, "batch", id);
  }

  /** A run's trace goes on to the promotion. */
  Optional<JsonNode> run(String loop, String id) {
    return find(StackComponent.TRAINING, loop, "run", id);
  }

  /** The traces of events, of the batches that they are in, and of the runs of these. */
  ArrayNode of(String loop, JsonNode fates) {
    ArrayNode traces = ApiClient.JSON.createArrayNode();
    Set<String> batches = new LinkedHashSet<>();
    for (JsonNode fate : fates) {
      event(loop, FateText.text(fate, "eventKey")).ifPresent(traces::add);
      batches.addAll(batches(fate));
    }
    batches.forEach(batch -> batch(loop, batch).ifPresent(traces::add));
    ApiReply runs = api.get(StackComponent.TRAINING, "/v1/loops/" + loop + "/runs");
    if (!batches.isEmpty() && runs.isOk()) {
      for (JsonNode run : runs.body()) {
        if (holdsAny(run, batches)) {
          run(loop, FateText.text(run, "runId")).ifPresent(traces::add);
        }
      }
    }
    return traces;
  }

  /** The batches that an event's examples are in. */
  static Set<String> batches(JsonNode fate) {
    Set<String> batches = new LinkedHashSet<>();
    for (JsonNode example : fate.path("examples")) {
      String batch = FateText.text(example, "batchId");
      if (!batch.isEmpty()) {
        batches.add(batch);
      }
    }
    return batches;
  }

  private static boolean holdsAny(JsonNode run, Set<String> batches) {
    for (JsonNode id : run.path("batchIds")) {
      if (batches.contains(id.asText())) {
        return true;
      }
    }
    return false;
  }

  private Optional<JsonNode> find(StackComponent service, String loop, String kind, String id) {
    ApiReply reply =
        api.get(
            service, "/v1/loops/" + loop + "/traces?kind=" + kind + "&id=" + ApiClient.encode(id));
    return reply.isOk() ? Optional.of(reply.body()) : Optional.empty();
  }
}
