package dev.whetstone.eval.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.kit.loop.LoopCondition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the status of a Loop resource. */
final class ClusterLoopStatusRule {
  static final String ACCEPTED = "Accepted";
  static final String READY = "Ready";
  private static final String SERVING = "Serving";
  private static final String TRUE = "True";
  private static final int LONGEST_MESSAGE = 8_000;

  private ClusterLoopStatusRule() {}

  /**
   * What is known about a resource.
   *
   * @param faults why it does not declare a loop; empty if it does
   * @param loop what is in force, whether or not this resource's last change is; null for nothing
   */
  record Facts(long generation, String faults, @Nullable LoopFacts loop) {}

  /**
   * A declared loop.
   *
   * @param champion served name
   */
  record LoopFacts(
      long revision,
      String specSha256,
      @Nullable String champion,
      long championGeneration,
      List<LoopCondition> conditions) {
    LoopFacts {
      conditions = List.copyOf(conditions);
    }
  }

  /**
   * The status to write. Equal to {@code previous} if nothing has changed, so that an unchanged
   * resource is not written: a condition keeps the time of its last transition.
   */
  static ObjectNode status(JsonNode previous, Facts facts, Instant now) {
    LoopFacts loop = facts.loop();
    boolean accepted = facts.faults().isEmpty();
    List<LoopCondition> conditions = new ArrayList<>();
    conditions.add(
        LoopCondition.of(
            ACCEPTED,
            accepted,
            accepted ? "Declared" : "Invalid",
            accepted ? "the declaration is in force" : facts.faults()));
    if (loop != null) {
      conditions.addAll(loop.conditions());
    }
    LoopCondition ready = ready(facts);
    conditions.add(ready);

    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("observedGeneration", facts.generation());
    if (loop != null) {
      status.put("revision", loop.revision());
      status.put("specSha256", loop.specSha256());
      if (loop.champion() != null) {
        status.put("champion", loop.champion());
        status.put("championGeneration", loop.championGeneration());
      }
    }
    status.put("message", shortened(ready.message()));
    var list = status.putArray("conditions");
    for (LoopCondition condition : conditions) {
      list.add(condition(previous, condition, facts.generation(), now));
    }
    return status;
  }

  /** Whether two statuses say the same, whatever kinds of numbers their parsers chose. */
  static boolean isSame(JsonNode one, JsonNode other) {
    return one.equals((a, b) -> a.asText().equals(b.asText()) ? 0 : 1, other);
  }

  private static LoopCondition ready(Facts facts) {
    if (!facts.faults().isEmpty()) {
      return LoopCondition.of(READY, false, "Invalid", facts.faults());
    }
    if (facts.loop() == null) {
      return LoopCondition.of(READY, false, "NotDeclared", "the loop is not declared yet");
    }
    return facts.loop().conditions().stream()
        .filter(condition -> condition.type().equals(SERVING))
        .findFirst()
        .map(
            serving ->
                LoopCondition.of(
                    READY, serving.status().equals(TRUE), serving.reason(), serving.message()))
        .orElse(LoopCondition.of(READY, false, "NotServing", "no model server was checked yet"));
  }

  private static ObjectNode condition(
      JsonNode previous, LoopCondition condition, long generation, Instant now) {
    String since = now.truncatedTo(ChronoUnit.SECONDS).toString();
    for (JsonNode before : previous.path("conditions")) {
      if (before.path("type").asText().equals(condition.type())
          && before.path("status").asText().equals(condition.status())) {
        since = before.path("lastTransitionTime").asText(since);
      }
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", condition.type())
        .put("status", condition.status())
        .put("reason", condition.reason())
        .put("message", shortened(condition.message()))
        .put("lastTransitionTime", since)
        .put("observedGeneration", generation);
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + " ...";
  }
}
