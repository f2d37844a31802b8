package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.LoopFile;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An earlier version has promoted an adapter and trains the next one; this version takes over its
 * databases, topics and store, finishes the run and goes on. Run by {@code ./whetstone test
 * upgrade}: it takes minutes and builds the earlier version.
 */
@EnabledIfSystemProperty(
    named = "whetstone.test.upgrade.from",
    matches = ".+",
    disabledReason = "run by ./whetstone test upgrade")
class UpgradeTest {
  private static final String TENANT = "upgrade";
  private static final int QUESTIONS = 440;
  private static final int END_USERS = 60;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.ofEarlierVersion("whetstone.test.upgrade.from");

  @Test
  void shouldGoOnWithTheDataAndTopicsOfAnEarlierVersion() {
    LoopFile loop = TestLoops.demo(TENANT, whetstone);
    whetstone.declare(loop);
    var probe = new LoopProbe(whetstone.api(TENANT), loop.name());
    var app = new ProductAppClient(whetstone.api(TENANT), loop.name());
    SupportFeed first = feed("first", 7);
    first.sendTo(app);
    assertThat(probe.awaitDecision().path("verdict").asText()).isEqualTo("PROMOTE");
    JsonNode champion = probe.awaitGeneration(1);
    SupportFeed second = feed("second", 9);
    second.sendTo(app);
    probe.awaitTrainingAttempt(1);
    List<JsonNode> decisions = probe.decisions();

    whetstone.upgrade();

    assertThat(probe.champion().path("checkpointId")).isEqualTo(champion.path("checkpointId"));
    assertThat(ids(probe.decisions())).containsAll(ids(decisions));
    await()
        .atMost(LIMIT)
        .ignoreException(RemedyException.class)
        .until(
            () ->
                new ModelServerClient(whetstone.ports())
                    .models()
                    .anyMatch(champion.path("servedName").asText()::equals));
    JsonNode next = probe.awaitDecisionAfter(decisions.size());
    assertThat(next.path("verdict").asText()).isNotEmpty();
    assertThat(probe.runs()).allMatch(run -> run.path("state").asText().equals("succeeded"));
    SupportFeed third = feed("third", 11).part(0, 0.1);
    third.sendTo(app);
    probe.awaitKnown(first.size() + second.size() + third.size());
    SealedBatchReader batches = SealedBatchReader.of(whetstone);
    assertThat(batches.all()).hasSizeGreaterThan(1);
    batches.all().forEach(batch -> assertThat(batch.brokenFiles()).isEmpty());
  }

  private static SupportFeed feed(String prefix, int seed) {
    return SupportFeed.of(prefix, new SupportDesk(seed).feedbackQuestions(QUESTIONS), END_USERS);
  }

  private static List<String> ids(List<JsonNode> decisions) {
    return decisions.stream().map(decision -> decision.path("decisionId").asText()).toList();
  }
}
