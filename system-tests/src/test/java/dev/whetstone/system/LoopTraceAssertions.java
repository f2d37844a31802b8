package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.contracts.TopicNames;
import java.time.Duration;
import java.util.List;

/** Asserts on the spans that the services exported for one loop; docs/traces.md describes them. */
final class LoopTraceAssertions {
  private static final String[] SPANS = {
    "POST /v1/loops/{loop}/interactions",
    "POST /v1/loops/{loop}/feedback",
    "process " + TopicNames.FEEDBACK,
    "process " + TopicNames.BATCHES,
    "process " + TopicNames.CHECKPOINTS,
    "process " + TopicNames.DECISIONS,
    "batch seal",
    "batch inputs",
    "run plan",
    "attempt",
    "worker load",
    "worker prepare",
    "worker train",
    "run",
    "evaluation",
    "rollout"
  };
  private static final String[] ATTRIBUTES = {
    "whetstone.tenant",
    "whetstone.loop",
    "whetstone.batch",
    "whetstone.examples",
    "whetstone.run",
    "whetstone.attempt",
    "whetstone.checkpoint",
    "whetstone.decision",
    "whetstone.generation",
    "whetstone.outcome",
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "messaging.system",
    "messaging.destination.name",
    "messaging.batch.message_count"
  };

  private final SpanCollector collector;
  private final WhetstoneUnderTest whetstone;
  private final String tenant;
  private final String loop;

  LoopTraceAssertions(
      SpanCollector collector, WhetstoneUnderTest whetstone, String tenant, String loop) {
    this.collector = collector;
    this.whetstone = whetstone;
    this.tenant = tenant;
    this.loop = loop;
  }

  /**
   * Asserts the way from a feedback to the promotion it took part in: the trace of its request is
   * linked to its batch, that to the run, and the run's trace ends with the rollout.
   *
   * @param eventKey of the feedback
   * @param probe of the loop, which has promoted once
   */
  void assertLinked(String eventKey, LoopProbe probe) {
    String feedback = trace(StackComponent.CURATION, "event", eventKey);
    assertThat(collector.ofTrace(feedback))
        .extracting(SpanCollector.Exported::name)
        .contains("POST /v1/loops/{loop}/feedback", "process " + TopicNames.FEEDBACK);
    String batch = collector.traceLinkedTo(feedback, "batch seal", "batch inputs").orElseThrow();
    String run = collector.traceLinkedTo(batch, "run plan").orElseThrow();
    assertThat(trace(StackComponent.TRAINING, "run", oldestId(probe.runs(), "runId")))
        .isEqualTo(run);
    assertThat(trace(StackComponent.EVAL, "decision", oldestId(probe.decisions(), "decisionId")))
        .isEqualTo(run);
    // Services export every few seconds.
    List<SpanCollector.Exported> promotion =
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> collector.ofTrace(run),
                spans -> spans.stream().anyMatch(span -> span.name().equals("rollout")));
    assertThat(promotion)
        .extracting(SpanCollector.Exported::name)
        .contains("attempt", "worker load", "worker train", "run", "evaluation");
    assertThat(promotion)
        .filteredOn(span -> span.name().equals("rollout"))
        .extracting(
            span -> span.attributes().get("whetstone.outcome"),
            span -> span.attributes().get("whetstone.generation"),
            span -> span.attributes().get("whetstone.tenant"))
        .containsExactly(tuple("applied", "1", tenant));
  }

  /** Asserts that no other span or attribute than the documented ones left a service. */
  static void assertOnlyDocumented(SpanCollector collector) {
    assertThat(collector.names()).isSubsetOf(SPANS);
    assertThat(collector.attributeNames()).contains("whetstone.tenant").isSubsetOf(ATTRIBUTES);
  }

  /** Services list the newest first. */
  private static String oldestId(List<JsonNode> listed, String field) {
    return listed.getLast().path(field).asText();
  }

  /** The id of the trace, as the service reports it. */
  private String trace(StackComponent service, String kind, String id) {
    return whetstone
        .api(tenant)
        .ok(
            service,
            "/v1/loops/%s/traces?kind=%s&id=%s".formatted(loop, kind, ApiClient.encode(id)))
        .path("traceId")
        .asText();
  }
}
