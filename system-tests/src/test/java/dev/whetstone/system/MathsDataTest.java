package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real answers and labels through ingest and curation: every event has a fate. */
@TestMethodOrder(OrderAnnotation.class)
class MathsDataTest {
  private static final Set<String> FINAL =
      Set.of("used", "context", "withdrawn", "rejected", "dead_lettered", "erased");
  private static final Set<String> LIVE = Set.of("waiting", "ready", "quarantined");

  @RegisterExtension
  static final WhetstoneUnderTest whetstone =
      WhetstoneUnderTest.of(
          EnumSet.of(
              StackComponent.INFRA,
              StackComponent.INGEST,
              StackComponent.CURATION,
              StackComponent.EVAL));

  private static final Duration TIMEOUT = Duration.ofMinutes(10);
  private static final List<String> accepted = new ArrayList<>();
  private static LoopProbe watch;

  @BeforeAll
  static void sendEveryLine() {
    assumeTrue(
        MathsAnswers.present(),
        () -> "skipped: " + MathsAnswers.FILE + " does not exist (it is not part of the project)");
    LoopFile loop = TestLoops.maths();
    whetstone.declare(loop);
    watch = new LoopProbe(whetstone.api(loop.tenant()), loop.name());
    var app = new ProductAppClient(whetstone.api(loop.tenant()), loop.name());
    MathsAnswers answers = MathsAnswers.read(Integer.MAX_VALUE);
    accepted.addAll(app.sendInteractions(answers.interactions()));
    accepted.addAll(app.sendFeedback(answers.feedback()));
    // Repeats deliveries, like an app that received no response.
    List<ObjectNode> again = answers.feedback().subList(0, 500);
    app.sendFeedback(again);
    watch.awaitKnown(accepted.size());
  }

  /** I1 and I2: as many fates as accepted events; repeated deliveries count once. */
  @Test
  @Order(1)
  void shouldGiveEveryAcceptedEventOneFate() {
    JsonNode counts = watch.fates();
    assertThat(counts.path("total").asInt()).isEqualTo(accepted.size()).isGreaterThan(6_000);
    int sum = 0;
    for (String fate : FINAL) {
      sum += counts.path(fate).asInt();
    }
    for (String fate : LIVE) {
      sum += counts.path(fate).asInt();
    }
    assertThat(sum).as("the fates of %s", counts).isEqualTo(accepted.size());
  }

  /** I1: the fate of every event can be queried by id; live events have a deadline. */
  @Test
  @Order(2)
  void shouldReportTheFateOfEveryEventById() {
    // Curation may change fates during the queries; repeats until the counts are stable.
    await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              JsonNode before = watch.fates();
              Map<String, Integer> byFate = fatesById();
              assertThat(watch.fates()).isEqualTo(before);
              assertThat(byFate)
                  .allSatisfy(
                      (name, n) -> assertThat(before.path(name).asInt()).as(name).isEqualTo(n));
            });
  }

  private static Map<String, Integer> fatesById() throws Exception {
    Map<String, Integer> byFate = new HashMap<>();
    try (var executor = Executors.newFixedThreadPool(8)) {
      List<Callable<JsonNode>> calls =
          accepted.stream().<Callable<JsonNode>>map(id -> () -> watch.fate(id)).toList();
      for (Future<JsonNode> answer : executor.invokeAll(calls)) {
        JsonNode fate = answer.get();
        String name = fate.path("fate").asText();
        byFate.merge(name, 1, Integer::sum);
        if (LIVE.contains(name)) {
          assertThat(fate.path("deadline").asText()).as("%s", fate).isNotEmpty();
        } else {
          assertThat(FINAL).as("%s", fate).contains(name);
        }
      }
    }
    return byFate;
  }

  /**
   * I1, I6 and I8 across a seal: used events have examples, digests verify, splits are disjoint.
   */
  @Test
  @Order(3)
  void shouldSealABatchThatAccountsForWhatItUsed() {
    LoopFile loop = TestLoops.maths();
    watch.seal();
    SealedBatchReader.Batch batch = SealedBatchReader.await(whetstone, loop.tenant());

    SealedBatchReader batches = SealedBatchReader.of(whetstone);
    assertThat(batches.all()).hasSize(1);
    assertThat(batch.brokenFiles()).isEmpty();
    assertThat(batches.conversationsInSeveralSplits()).isEmpty();
    var events = new java.util.HashSet<String>();
    batch.lineage().forEach(row -> row.eventKeys().forEach(key -> events.add(key.id())));
    assertThat(accepted).containsAll(events);
    assertThat(watch.fates().path("total").asInt()).isEqualTo(accepted.size());
    assertThat(watch.fates().path("used").asInt()).isPositive();
  }
}
