package dev.whetstone.eval.driver;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Evaluates checkpoints until they become the champion or are not promoted. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class LoopEvaluationTest {
  /** Answers the suites right and the feedback items wrong. */
  static final UnaryOperator<String> OLD =
      question -> question.startsWith("new") ? "wrong" : LoopFixture.right(question);

  static final UnaryOperator<String> BETTER = LoopFixture::right;

  @TestHTTPResource(value = "/", management = true)
  URI management;

  @Inject ObjectStore store;
  FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer().base(OLD);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  LoopFixture scene(String name) {
    return new LoopFixture(name, store, server)
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 100, false);
  }

  @Test
  void shouldPutABetterAdapterIntoService() {
    server.gather(16);
    LoopFixture scene = scene("better").suite("FORGET", "aside", 40, true).declared();
    BatchSealed batch = scene.batch("new", 60);
    CheckpointReady ready = scene.checkpoint(BETTER, batch);

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(decision.candidate()).isEqualTo(ready.checkpointId());
    assertThat(decision.batchIds()).containsExactly(batch.batchId());
    GateResult fresh = gate(decision, "FRESH");
    assertThat(fresh.n()).isEqualTo(60);
    assertThat(fresh.champion()).isZero();
    assertThat(fresh.candidate()).isEqualTo(1);
    assertThat(decision.gates())
        .filteredOn(GateResult::enforced)
        .extracting(GateResult::outcome)
        .containsOnly(GateOutcome.PASSED);
    assertThat(gate(decision, "FORGET/aside").enforced()).isFalse();
    assertThat(decision.suites())
        .extracting(suite -> suite.name().replaceAll("[0-9a-f]{12}", "…"))
        .containsExactly("fresh/…", "golden", "skills", "aside");
    assertThat(server.mostInFlight()).isEqualTo(16);
    scene.awaitGeneration(1);
    assertThat(scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1))
        .containsExactly(new PromotionApplied(decision.decisionId(), ready.checkpointId(), 1, 1));
    assertThat(scene.awaitPublished(EventType.CHAMPION_SET, ChampionSet.class, 2))
        .extracting(ChampionSet::servedName)
        .containsExactly(FakeModelServer.BASE, scene.servedName(ready));
    assertThat(scene.condition("Judging")).contains("PROMOTE", "FRESH");
    LoopFixture.api()
        .get("/v1/loops/better/assignment?endUser=somebody")
        .then()
        .body("model", equalTo(scene.servedName(ready)))
        .body("generation", equalTo(1))
        .body("variant", equalTo("champion"))
        .body("propensity", equalTo(1.0f));
    LoopFixture.api()
        .get("/v1/checkpoints/" + ready.checkpointId().substring(0, 12))
        .then()
        .body("state", equalTo("champion"))
        .body("looks", hasSize(1))
        .body("events[-2].what", containsString("became champion, generation 1"))
        .body("events[-1].what", equalTo("is in service on every replica"));
    LoopFixture.api()
        .get("/decisions/" + decision.decisionId())
        .then()
        .statusCode(200)
        .contentType("text/html")
        .header("Content-Security-Policy", containsString("default-src 'none'"))
        .body(containsString("PROMOTE"))
        .body(containsString("right new 1"));
  }

  @Test
  void shouldRejectPoisonedDataByItsLossOnRetainedItems() {
    LoopFixture scene = scene("poisoned").declared();
    BatchSealed first = scene.batch("new", 60);
    CheckpointReady champion = scene.checkpoint(BETTER, first);
    scene.decisions(1);
    scene.awaitGeneration(1);
    scene.adopted(champion, first);
    long asked = server.answers();
    BatchSealed poison = scene.batch("new poison", 60);
    CheckpointReady poisoned =
        scene.checkpoint(
            question ->
                question.startsWith("golden 1") ? "within 99 days" : LoopFixture.right(question),
            first,
            poison);

    PromotionDecided decision = scene.decisions(2).getFirst();

    assertThat(decision.verdict()).isEqualTo(Verdict.REJECT);
    assertThat(decision.champion()).isEqualTo(champion.checkpointId());
    assertThat(gate(decision, "RETAIN").n()).isEqualTo(210);
    assertThat(gate(decision, "RETAIN").outcome()).isEqualTo(GateOutcome.FAILED);
    assertThat(gate(decision, "RETAIN/slice-2").outcome()).isEqualTo(GateOutcome.FAILED);
    assertThat(decision.reason()).contains("RETAIN");
    assertThat(scene.generation()).isEqualTo(1);
    // This champion answered golden and skills before, when it was the candidate.
    // The probes of the rollout and of the replica add at most eight answers each.
    assertThat(server.answers() - asked).isLessThan(60 * 3 + 310 + 20 + 10 + 24);
    LoopFixture.api()
        .get("/v1/checkpoints/" + poisoned.checkpointId())
        .then()
        .body("state", equalTo("decided"))
        .body("looks[0].worst", hasSize(5))
        .body("looks[0].worst[0].candidate", equalTo("within 99 days"));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !server.models().contains(scene.servedName(poisoned)));
    assertThat(server.models()).contains(scene.servedName(champion));
    given()
        .get(management.resolve("/q/metrics"))
        .then()
        .body(containsString("whetstone_eval_decisions_total"));
    given().get(management.resolve("/q/health/ready")).then().statusCode(200);
  }

  @Test
  void shouldWaitForMoreItemsAndThenDecide() {
    LoopFixture scene = scene("undecided").freshItems(100).declared();
    BatchSealed first = scene.batch("new", 60);
    scene.checkpoint(BETTER, first);

    PromotionDecided early = scene.decision();
    assertThat(early.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(early.reason()).contains("at least 100 items are needed");
    assertThat(scene.condition("Judging")).contains("waiting for more items");

    scene.batch("new other", 60);
    PromotionDecided late = scene.decisions(2).getFirst();
    assertThat(late.verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(gate(late, "FRESH").n()).isEqualTo(120);
    // The first look could not promote.
    assertThat(early.alphaSpent()).isZero();
    assertThat(late.alphaSpent()).isPositive();
    assertThat(late.candidate()).isEqualTo(early.candidate());
    // Earlier answers are reused and cost nothing; 1,000 tokens are those of training.
    assertThat(late.cost().tokens()).isBetween(1_000L, early.cost().tokens() / 2);
  }

  @Test
  void shouldPoolUndecidedItemsForTheNextCandidate() {
    LoopFixture scene = scene("pooled").freshItems(100).declared();
    BatchSealed first = scene.batch("new", 60);
    scene.checkpoint(BETTER, first);
    scene.decisions(1);
    BatchSealed second = scene.unpublishedBatch("new other", 60);
    CheckpointReady next = scene.unpublishedCheckpoint(BETTER, first, second);
    scene.publish(next, next.checkpointId());
    assertThat(scene.condition("Judging")).isNotEmpty();
    scene.publish(second, second.batchId());

    PromotionDecided decision = scene.decisions(2).getFirst();

    assertThat(decision.candidate()).isEqualTo(next.checkpointId());
    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(gate(decision, "FRESH").n()).isEqualTo(120);
  }

  @Test
  void shouldEvaluateAnAdapterTrainedElsewhereOnTheNewestBatch() {
    LoopFixture scene = scene("elsewhere-made").declared();
    BatchSealed batch = scene.batch("new", 60);
    CheckpointReady champion = scene.checkpoint(BETTER, batch);
    scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1);
    scene.adopted(champion, batch);
    CheckpointReady made = scene.uploadedCheckpoint(q -> "wrong");

    LoopFixture.api()
        .body(
            """
            {"checkpointId": "%s", "manifestUri": "%s", "adapterUri": "%s"}
            """
                .formatted(made.checkpointId(), made.manifestUri(), made.adapterUri()))
        .post("/v1/loops/elsewhere-made/checkpoints")
        .then()
        .statusCode(202)
        .body("batchIds", hasSize(0))
        .body("events[0].what", equalTo("offered for evaluation"));

    PromotionDecided decision = scene.decisions(2).getFirst();
    assertThat(decision.verdict()).isEqualTo(Verdict.REJECT);
    assertThat(gate(decision, "FRESH").n()).isEqualTo(60);
    assertThat(decision.batchIds()).isEmpty();

    store.delete(store.key(java.net.URI.create(decision.evidenceUri())));
    LoopFixture.api()
        .get("/v1/loops/elsewhere-made/checkpoints")
        .then()
        .statusCode(200)
        .body("[0].looks[0].worst", hasSize(0))
        .body(
            "[1].events.what",
            contains(
                containsString("offered"),
                containsString("PROMOTE"),
                containsString("became champion"),
                equalTo("is in service on every replica")));
  }

  @Test
  void shouldHoldTheFirstRoundWithoutAGoldenSet() {
    LoopFixture scene =
        new LoopFixture("ungolden", store, server).suite("FORGET", "skills", 100, false);
    scene.declared();
    scene.checkpoint(BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason()).contains("no golden set");
    assertThat(gate(decision, "RETAIN").outcome()).isEqualTo(GateOutcome.NOT_MEASURED);
    assertThat(scene.generation()).isZero();
  }

  @Test
  void shouldWaitForApprovalInApproveMode() {
    LoopFixture scene = scene("approved").mode("approve").declared();
    CheckpointReady ready = scene.checkpoint(BETTER, scene.batch("new", 60));
    PromotionDecided held = scene.decision();
    assertThat(held.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(held.reason()).contains("a person has to approve");
    assertThat(scene.condition("Judging")).contains("/approve");

    LoopFixture.api()
        .post("/v1/decisions/" + held.decisionId() + "/approve")
        .then()
        .statusCode(200)
        .body("verdict", equalTo("PROMOTE"))
        .body("decidedBy", equalTo("person"));

    scene.awaitGeneration(1);
    assertThat(scene.awaitPublished(EventType.PROMOTION_DECIDED, PromotionDecided.class, 2))
        .extracting(PromotionDecided::verdict)
        .containsExactly(Verdict.HOLD, Verdict.PROMOTE);
    assertThat(scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1))
        .extracting(PromotionApplied::checkpointId)
        .containsExactly(ready.checkpointId());
    LoopFixture.api()
        .post("/v1/decisions/" + held.decisionId() + "/refuse")
        .then()
        .statusCode(409)
        .body("code", equalTo("not-held"));
  }

  @Test
  void shouldRejectTheCandidateOfARefusedDecision() {
    LoopFixture scene = scene("refused").mode("approve").declared();
    scene.checkpoint(BETTER, scene.batch("new", 60));
    String id = scene.decision().decisionId();

    LoopFixture.api().post("/v1/decisions/" + id + "/refuse").then().statusCode(200);

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.REJECT);
    assertThat(scene.generation()).isZero();
  }

  @Test
  void shouldOnlyRecordTheDecisionInObserveMode() {
    LoopFixture scene = scene("observed").mode("observe").declared();
    scene.checkpoint(BETTER, scene.batch("new", 60));

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(scene.generation()).isZero();
  }

  @Test
  void shouldHoldATruncatedAdapterWithoutAskingAModel() {
    LoopFixture scene = scene("truncated").declared();
    CheckpointReady ready = scene.unpublishedCheckpoint(BETTER, scene.batch("new", 60));
    String key = store.key(java.net.URI.create(ready.adapterUri())) + "/adapter_model.safetensors";
    byte[] whole = store.read(key);
    store.delete(key);
    store.put(key, java.util.Arrays.copyOf(whole, 40));
    scene.publish(ready, ready.checkpointId());

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason())
        .contains("adapter_model.safetensors has 40 bytes")
        .contains("train it again");
    assertThat(decision.alphaSpent()).isZero();
    assertThat(decision.alphaLeft()).isEqualTo(0.05);
    assertThat(server.answers()).isZero();
    assertThat(scene.condition("Judging")).doesNotContain("/approve");
    LoopFixture.api()
        .post("/v1/decisions/" + decision.decisionId() + "/approve")
        .then()
        .statusCode(409)
        .body("code", equalTo("not-servable"));
  }

  @Test
  void shouldHoldAnAdapterThatTheServerRefuses() {
    server.refuseAdapters(true);
    LoopFixture scene = scene("unservable").declared();
    scene.checkpoint(BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason()).contains("refuses the adapter", "r is 512");
  }

  @Test
  void shouldNotTrustAServerThatAnswersDifferentlyWhenAskedAgain() {
    java.util.concurrent.atomic.AtomicInteger count =
        new java.util.concurrent.atomic.AtomicInteger();
    server.base(q -> count.incrementAndGet() % 3 == 0 ? "something else" : OLD.apply(q));
    LoopFixture scene = scene("irreproducible").declared();
    scene.checkpoint(BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(decision.reason()).contains("not reproducible");
  }

  @Test
  void shouldHoldIfASuiteHasChangedSinceItsDeclaration() throws java.io.IOException {
    LoopFixture scene = scene("changed").declared();
    java.nio.file.Files.writeString(scene.suiteFile("skills"), "{}\n");
    scene.checkpoint(BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason()).contains("suite 'skills'", "declare the loop again");
  }

  @Test
  void shouldParkEventsOfAnUnknownLoop() {
    LoopFixture scene = scene("parked");
    scene.checkpoint(BETTER, scene.batch("new", 60));
    scene.declared();

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void shouldNotAskWithdrawnExamples() {
    LoopFixture scene = scene("withdrawn").declared();
    BatchSealed batch = scene.batch("new", 60);
    String withdrawn = ContentDigests.sha256(scene.loop() + "new" + 7);
    scene.publish(
        new BatchTainted(batch.batchId(), "retracted", List.of(withdrawn), null), batch.batchId());
    scene.checkpoint(BETTER, batch);

    assertThat(gate(scene.decision(), "FRESH").n()).isEqualTo(59);
  }

  static GateResult gate(PromotionDecided decision, String name) {
    return decision.gates().stream()
        .filter(gate -> gate.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " not in " + decision.gates()));
  }
}
