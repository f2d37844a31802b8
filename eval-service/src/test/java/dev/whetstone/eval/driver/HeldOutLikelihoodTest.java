package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.scoring.ScoreRow;
import dev.whetstone.contracts.scoring.ScoringItem;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.config.JsonConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.path.json.config.JsonPathConfig;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The likelihoods of reference answers come from a scoring job, never from the model server. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
@TestProfile(HeldOutLikelihoodTest.WithScoring.class)
class HeldOutLikelihoodTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final String LOAD = "/v1/load_lora_adapter";

  @Inject ObjectStore store;
  private FakeModelServer server;

  /** The test is the training service. */
  public static final class WithScoring implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("whetstone.eval.likelihood-wait", "PT15S");
    }
  }

  /** Far fewer than the questions of one model. */
  private static final int PROBES = 8;

  @BeforeEach
  void startServer() {
    server = new FakeModelServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void shouldShowTheScoresOfTheJobAndAskTheServerOnlyWhatTrafficAsks() {
    LoopFixture scene = scene("scored");
    BatchSealed batch = scene.batch("new", 60);
    CheckpointReady ready = scene.checkpoint(LoopEvaluationTest.BETTER, batch);
    ScoringEvent.Requested request = request(scene, 1);
    assertThat(request.adapters())
        .extracting(ScoringEvent.Adapter::checkpointId)
        .containsExactly(ready.checkpointId());
    assertThat(request.adapters().getFirst().uri()).isEqualTo(ready.adapterUri());
    List<ScoringItem> items = items(request);
    assertThat(items).hasSize(60).allMatch(item -> item.reference().role().equals("assistant"));
    await()
        .atMost(TIMEOUT)
        .until(() -> scene.condition("Judging").contains("waiting for the scoring job"));
    long asked = server.answers();
    long loads = loads();
    await()
        .atMost(TIMEOUT)
        .during(Duration.ofSeconds(1))
        .until(() -> loads() == loads && scene.decisions().isEmpty());

    complete(scene, request, items, 0);

    PromotionDecided decision = scene.decision();
    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    facts(decision)
        .body("models.base.heldOutLoss", closeTo(2.0, 1e-9))
        .body("models.candidate.heldOutLoss", closeTo(0.1, 1e-9))
        .body("models.candidate.tokenAccuracy", closeTo(1.0, 1e-9))
        .body("notes.size()", equalTo(0));
    // The rollout of the promotion may have begun: it asks its effect probes, on two models.
    assertThat(server.answers() - asked).isBetween(0L, 2L * PROBES);
    assertThat(server.paths())
        .isSubsetOf(LOAD, "/v1/unload_lora_adapter", "/v1/models", "/v1/chat/completions");
    assertThat(store.exists(store.key(URI.create(request.items().uri())))).isFalse();

    scene.awaitGeneration(1);
    scene.adopted(ready, batch);
    CheckpointReady next =
        scene.checkpoint(LoopEvaluationTest.BETTER, batch, scene.batch("new other", 60));
    ScoringEvent.Requested second = request(scene, 2);
    assertThat(second.adapters())
        .extracting(ScoringEvent.Adapter::checkpointId)
        .containsExactly(next.checkpointId(), ready.checkpointId());
  }

  @Test
  void shouldDecideWithoutScoresIfTheJobFails() {
    LoopFixture scene = scene("failed");
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    ScoringEvent.Requested request = request(scene, 1);

    scene.publish(
        new ScoringEvent.Failed(
            request.scoringId(), request.evaluationId(), "bad-data", "the base model changed"),
        request.scoringId());

    PromotionDecided decision = scene.decision();
    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    facts(decision)
        .body("models.candidate.heldOutLoss", nullValue())
        .body(
            "notes",
            hasItem("held-out likelihood is not measured: bad-data: the base model changed"));
  }

  @Test
  void shouldDecideWithoutScoresAtTheDeadline() {
    LoopFixture scene = scene("overdue");
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    facts(decision)
        .body("models.candidate.heldOutLoss", nullValue())
        .body("notes", hasItem(containsString("did not end within PT15S")));
  }

  @Test
  void shouldLeaveItemsWithoutScoresOutOfEveryModelsLoss() {
    LoopFixture scene = scene("omitted");
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    ScoringEvent.Requested request = request(scene, 1);

    complete(scene, request, items(request), 10);

    facts(scene.decision())
        .body("models.base.heldOutLoss", closeTo(2.0, 1e-9))
        .body("notes", hasItem(containsString("omits 10 items that cannot be scored")))
        .body("notes", hasItem(containsString("not-rendered: a reason")));
  }

  @Test
  void shouldNotUseScoresThatWereChanged() {
    LoopFixture scene = scene("likelihood-changed");
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    ScoringEvent.Requested request = request(scene, 1);
    StoredObject stored = store.putBlob(Json.write(new ScoreRow("x", null, 1, -1, 1)));

    scene.publish(
        new ScoringEvent.Completed(
            request.scoringId(),
            request.evaluationId(),
            stored.uri().toString(),
            "0".repeat(64),
            new ScoringEvent.Counts(1, 1, 0),
            List.of()),
        request.scoringId());

    facts(scene.decision())
        .body("models.candidate.heldOutLoss", nullValue())
        .body("notes", hasItem(containsString("the scores cannot be read")));
  }

  private long loads() {
    return server.paths().stream().filter(LOAD::equals).count();
  }

  private LoopFixture scene(String name) {
    return new LoopFixture("likelihood-" + name, store, server)
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 100, false)
        .declared();
  }

  private static ScoringEvent.Requested request(LoopFixture scene, int count) {
    return scene
        .awaitPublished(EventType.SCORING_REQUESTED, ScoringEvent.Requested.class, count)
        .getLast();
  }

  private List<ScoringItem> items(ScoringEvent.Requested request) {
    List<ScoringItem> items = new ArrayList<>();
    store.forEachLine(
        store.key(URI.create(request.items().uri())),
        request.items().sha256(),
        (_, line) -> items.add(Json.read(line, ScoringItem.class)));
    return items;
  }

  /** Publishes scores of two tokens per item; the last {@code leftOut} items have none. */
  private void complete(
      LoopFixture scene, ScoringEvent.Requested request, List<ScoringItem> items, int leftOut) {
    List<ScoreRow> rows = new ArrayList<>();
    for (ScoringItem item : items.subList(0, items.size() - leftOut)) {
      rows.add(new ScoreRow(item.id(), null, 2, -4, 0));
      for (ScoringEvent.Adapter adapter : request.adapters()) {
        rows.add(new ScoreRow(item.id(), adapter.checkpointId(), 2, -0.2, 2));
      }
    }
    StoredObject stored =
        store.put(
            "scoring/" + request.scoringId() + "/1/scores.jsonl", ObjectContent.jsonLines(rows));
    List<ScoringEvent.LeftOut> named =
        leftOut == 0
            ? List.of()
            : List.of(new ScoringEvent.LeftOut(items.getLast().id(), "not-rendered: a reason"));
    scene.publish(
        new ScoringEvent.Completed(
            request.scoringId(),
            request.evaluationId(),
            stored.uri().toString(),
            stored.sha256(),
            new ScoringEvent.Counts(items.size(), items.size() - leftOut, leftOut),
            named),
        request.scoringId());
  }

  private static ValidatableResponse facts(PromotionDecided decision) {
    return LoopFixture.api()
        .config(
            RestAssuredConfig.config()
                .jsonConfig(
                    JsonConfig.jsonConfig()
                        .numberReturnType(JsonPathConfig.NumberReturnType.DOUBLE)))
        .get("/v1/decisions/" + decision.decisionId() + "/facts")
        .then()
        .statusCode(200);
  }
}
