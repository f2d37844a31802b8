package dev.whetstone.eval.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.whetstone.eval.cluster.ClusterLoopStatusRule.Facts;
import dev.whetstone.eval.cluster.ClusterLoopStatusRule.LoopFacts;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.LoopCondition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterLoopStatusRuleTest {
  private static final Instant FIRST = Instant.parse("2026-11-01T10:00:00.5Z");
  private static final Instant LATER = Instant.parse("2026-11-01T11:00:00Z");
  private static final LoopCondition SERVING =
      LoopCondition.of("Serving", true, "OnAllReplicas", "1 of 1 replicas serve base");

  @Test
  void shouldBeReadyWhenTheChampionServes() {
    JsonNode status = status(new Facts(3, "", loop(SERVING)), MissingNode.getInstance(), FIRST);

    assertThat(condition(status, "Accepted").path("status").asText()).isEqualTo("True");
    assertThat(condition(status, "Ready").path("status").asText()).isEqualTo("True");
    assertThat(condition(status, "Ready").path("lastTransitionTime").asText())
        .isEqualTo("2026-11-01T10:00:00Z");
    assertThat(status.path("champion").asText()).isEqualTo("base");
    assertThat(status.path("observedGeneration").asLong()).isEqualTo(3);
    assertThat(status.path("message").asText()).isEqualTo(SERVING.message());
  }

  @Test
  void shouldTellAllFaultsAndWhatIsStillInForce() {
    JsonNode status =
        status(
            new Facts(4, "a is wrong\nb is wrong", loop(SERVING)),
            MissingNode.getInstance(),
            FIRST);

    assertThat(condition(status, "Accepted").path("message").asText())
        .isEqualTo("a is wrong\nb is wrong");
    assertThat(condition(status, "Ready").path("status").asText()).isEqualTo("False");
    assertThat(condition(status, "Serving").path("status").asText()).isEqualTo("True");
    assertThat(status.path("revision").asLong()).isEqualTo(7);
  }

  @Test
  void shouldNotBeReadyBeforeALoopIsDeclared() {
    JsonNode status = status(new Facts(1, "no", null), MissingNode.getInstance(), FIRST);
    assertThat(status.has("champion")).isFalse();
    assertThat(condition(status, "Ready").path("reason").asText()).isEqualTo("Invalid");
  }

  @Test
  void shouldStayEqualWhileNothingChanges() {
    JsonNode first = status(new Facts(3, "", loop(SERVING)), MissingNode.getInstance(), FIRST);
    // The API server gives it back as text, in which numbers have no type.
    JsonNode stored = Json.read(first.toString(), JsonNode.class);

    JsonNode second = status(new Facts(3, "", loop(SERVING)), stored, LATER);

    assertThat(ClusterLoopStatusRule.isSame(second, stored)).isTrue();
    assertThat(
            ClusterLoopStatusRule.isSame(
                status(new Facts(4, "", loop(SERVING)), stored, LATER), stored))
        .isFalse();
    assertThat(ClusterLoopStatusRule.isSame(second, MissingNode.getInstance())).isFalse();
  }

  @Test
  void shouldKeepTheTimeOfATransitionUntilTheNext() {
    JsonNode first = status(new Facts(3, "", loop(SERVING)), MissingNode.getInstance(), FIRST);
    LoopCondition gone = LoopCondition.of("Serving", false, "Unreachable", "no answer");

    JsonNode next = status(new Facts(3, "", loop(gone)), first, LATER);

    assertThat(condition(next, "Serving").path("lastTransitionTime").asText())
        .isEqualTo("2026-11-01T11:00:00Z");
    assertThat(condition(next, "Accepted").path("lastTransitionTime").asText())
        .isEqualTo("2026-11-01T10:00:00Z");
  }

  @Test
  void shouldShortenALongMessage() {
    JsonNode status =
        status(new Facts(1, "x".repeat(20_000), null), MissingNode.getInstance(), FIRST);
    assertThat(condition(status, "Accepted").path("message").asText()).hasSizeLessThan(8_100);
  }

  private static JsonNode status(Facts facts, JsonNode previous, Instant now) {
    return ClusterLoopStatusRule.status(previous, facts, now);
  }

  private static LoopFacts loop(LoopCondition... conditions) {
    return new LoopFacts(7, "ab", "base", 0, List.of(conditions));
  }

  private static JsonNode condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    throw new AssertionError("no condition " + type + " in " + status);
  }
}
