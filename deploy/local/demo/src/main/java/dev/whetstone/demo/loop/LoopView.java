package dev.whetstone.demo.loop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The state of one loop as reported by the services. */
public final class LoopView {
  private final ApiClient api;
  private final String loop;

  public LoopView(ApiClient api, String loop) {
    this.api = api;
    this.loop = loop;
  }

  public JsonNode curation() {
    return api.ok(StackComponent.CURATION, path("/status"));
  }

  /** The sealed batch with this number, if it exists. */
  Optional<JsonNode> batch(int sequence) {
    for (JsonNode batch : curation().path("batches")) {
      if (batch.path("sequence").asInt() == sequence) {
        return Optional.of(batch);
      }
    }
    return Optional.empty();
  }

  public int batches() {
    return curation().path("batches").size();
  }

  /** The newest run that uses a batch. */
  Optional<JsonNode> runOf(String batchId) {
    for (JsonNode run : api.ok(StackComponent.TRAINING, path("/runs"))) {
      for (JsonNode id : run.path("batchIds")) {
        if (id.asText().equals(batchId)) {
          return Optional.of(run);
        }
      }
    }
    return Optional.empty();
  }

  /** One metric of a run, step by step. */
  List<Double> metric(String runId, String name) {
    List<Double> values = new ArrayList<>();
    for (JsonNode step : api.ok(StackComponent.TRAINING, "/v1/runs/" + runId + "/metrics")) {
      if (step.path(name).isNumber()) {
        values.add(step.path(name).asDouble());
      }
    }
    return values;
  }

  public List<JsonNode> decisions() {
    List<JsonNode> decisions = new ArrayList<>();
    JsonNode answer = api.ok(StackComponent.EVAL, path("/decisions"));
    (answer.isArray() ? answer : answer.path("decisions")).forEach(decisions::add);
    return decisions;
  }

  /** The decision on a checkpoint. */
  Optional<JsonNode> decisionOn(String checkpointId) {
    return decisions().stream()
        .filter(decision -> decision.path("candidate").asText().equals(checkpointId))
        .findFirst();
  }

  JsonNode champion() {
    return api.ok(StackComponent.EVAL, path("/champion"));
  }

  public long generation() {
    return champion().path("generation").asLong();
  }

  /** The message of a condition of a service, for a progress line. */
  String condition(StackComponent service, String type) {
    ApiReply reply = api.get(service, path("/status"));
    for (JsonNode condition : reply.body().path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("message").asText();
      }
    }
    return "";
  }

  /** The number of these events per fate. */
  public Map<String, Integer> fates(List<String> ids) {
    return fates(ids, new AtomicInteger());
  }

  /**
   * The number of these events per fate.
   *
   * @param answered counts the events queried so far
   */
  Map<String, Integer> fates(List<String> ids, AtomicInteger answered) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String id : ids) {
      counts.merge(fate(id).path("fate").asText("unknown"), 1, Integer::sum);
      answered.incrementAndGet();
    }
    return counts;
  }

  /** The fate of one event. */
  JsonNode fate(String id) {
    ApiReply reply = api.get(StackComponent.CURATION, path("/fates?id=" + ApiClient.encode(id)));
    JsonNode body = reply.body();
    return body.isArray()
        ? body.path(0)
        : body.path("fates").isArray() ? body.path("fates").path(0) : body;
  }

  /** The number of events per fate, and in total. */
  public JsonNode fateCounts() {
    return api.ok(StackComponent.CURATION, path("/fates/counts"));
  }

  private String path(String rest) {
    return "/v1/loops/" + loop + rest;
  }
}
