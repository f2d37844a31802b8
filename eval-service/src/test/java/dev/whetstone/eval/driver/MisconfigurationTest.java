package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A wrong or missing setting does not reject a candidate: the service waits or reports it. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class MisconfigurationTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(45);
  @Inject ObjectStore store;
  FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer().base(LoopEvaluationTest.OLD);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private LoopFixture scene(String name) {
    return new LoopFixture(name, store, server)
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 100, false);
  }

  private static void awaitEvaluationStatus(LoopFixture scene, String words) {
    await().atMost(TIMEOUT).until(() -> scene.condition("Judging").contains(words));
  }

  @Test
  void shouldWaitForAKeyThatTheServerAccepts() {
    server.refuseAll(401);
    LoopFixture scene = scene("keyless").declared();
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    awaitEvaluationStatus(scene, "spec.serving.credentialsRef");

    server.refuseAll(0);

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void shouldAskTheServerOfTheNewestDeclaration() {
    LoopFixture scene = scene("elsewhere").askedAt(server.url() + "/v1").declared();
    String measuredBy = scene.declare().extract().path("specSha256");
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    awaitEvaluationStatus(scene, "base URLs without /v1");

    scene.askedAt(server.url()).freshItems(1000).declared();

    PromotionDecided decision = scene.decision();
    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(decision.policySha256()).isEqualTo(measuredBy);
  }

  @Test
  void shouldUseTheNewestNameOfTheBaseModel() {
    LoopFixture scene = scene("renamed").baseName("misspelt").declared();
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    awaitEvaluationStatus(scene, "The model does not exist");

    scene.baseName(FakeModelServer.BASE).mode("observe").declared();

    assertThat(scene.decision().championGeneration()).isEqualTo(1);
    LoopFixture.api()
        .get("/v1/loops/renamed/champion")
        .then()
        .body("generation", equalTo(1))
        .body("servedName", equalTo(FakeModelServer.BASE));
  }

  @Test
  void shouldWaitForAnUnmountedStore() {
    LoopFixture scene = scene("unmounted").declared();
    CheckpointReady ready =
        scene.unpublishedCheckpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    String manifest = store.key(URI.create(ready.manifestUri()));
    byte[] bytes = store.read(manifest);
    store.delete(manifest);
    scene.publish(ready, ready.checkpointId());
    awaitEvaluationStatus(scene, "is not in the store");

    store.put(manifest, bytes);

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void shouldHoldIfABatchIsNeverAnnounced() {
    LoopFixture scene = scene("unheard").declared();
    BatchSealed never = scene.unpublishedBatch("new", 60);
    scene.checkpoint(LoopEvaluationTest.BETTER, never);
    awaitEvaluationStatus(scene, "waiting for batch.sealed of batch " + never.batchId());

    await().atMost(TIMEOUT).until(() -> !scene.decisions().isEmpty());

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.HOLD);
    assertThat(scene.decision().reason())
        .contains("no batch.sealed arrived for batch " + never.batchId());
  }

  @Test
  void shouldRefuseAnOfferThatNamesAnUnknownBatch() {
    LoopFixture scene = scene("unknown").declared();
    CheckpointReady ready =
        scene.uploadedCheckpoint(LoopEvaluationTest.BETTER, scene.unpublishedBatch("new", 60));

    LoopFixture.api()
        .body(Json.write(ready))
        .post("/v1/loops/unknown/checkpoints")
        .then()
        .statusCode(422)
        .body("code", equalTo("unknown-batch"))
        .body("pointer", equalTo("/batchIds/0"));
  }

  @Test
  void shouldDecideWithoutHeldOutLossIfItCannotBeMeasured() {
    LoopFixture scene = scene("unscored").declared();
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    assertThat(decision.verdict()).isEqualTo(Verdict.PROMOTE);
    LoopFixture.api()
        .get("/v1/decisions/" + decision.decisionId() + "/facts")
        .then()
        .body("models.candidate.heldOutLoss", nullValue())
        .body("notes", hasItem(containsString("held-out likelihood is not measured")));
  }

  @Test
  void shouldDeleteAnswersThatTheServerNoLongerReproduces() {
    LoopFixture scene = scene("exchanged").declared();
    BatchSealed rejected = scene.batch("new", 60);
    scene.checkpoint(question -> "wrong", rejected);
    assertThat(scene.decision().verdict()).isEqualTo(Verdict.REJECT);
    scene.setAside("rejected", rejected);

    server.base(question -> "the new server says something else");
    scene.checkpoint(question -> "wrong", scene.batch("new other", 60));
    PromotionDecided doubted = scene.decisions(2).getFirst();
    CheckpointReady better =
        scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new more", 60));
    PromotionDecided decided =
        await()
            .atMost(TIMEOUT)
            .until(
                () ->
                    scene.decisions().stream()
                        .filter(decision -> decision.candidate().equals(better.checkpointId()))
                        .toList(),
                decisions -> !decisions.isEmpty())
            .getFirst();

    assertThat(doubted.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(doubted.reason()).contains("not reproducible");
    assertThat(doubted.alphaSpent()).isZero();
    assertThat(LoopEvaluationTest.gate(doubted, "RETAIN").champion()).isEqualTo(1);
    assertThat(decided.verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(LoopEvaluationTest.gate(decided, "RETAIN").champion()).isZero();
  }

  @Test
  void shouldNotRejectWhenTheServerRefusesEveryQuestion() {
    server.refuseChats(true);
    LoopFixture scene = scene("cramped").declared();
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));

    PromotionDecided doubted = scene.decision();

    assertThat(doubted.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(doubted.reason())
        .contains("refused 310 of 310 questions", "maximum context length is 256 tokens")
        .contains("lower spec.evaluation.maxTokens, now 512", "see the server's log");

    server.refuseChats(false);
    scene.batch("new other", 60);

    PromotionDecided decided = scene.decisions(2).getFirst();
    assertThat(decided.verdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(decided.candidate()).isEqualTo(doubted.candidate());
  }

  @Test
  void shouldRejectIfOnlyTheQuestionsToTheCandidateAreRefused() {
    LoopFixture scene = scene("unanswered").declared();
    CheckpointReady ready =
        scene.unpublishedCheckpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    server.refuseChatsOf(scene.servedName(ready));
    scene.publish(ready, ready.checkpointId());

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.REJECT);
  }

  @Test
  void shouldNotQuoteAFileThatIsNotASuite() throws IOException {
    LoopFixture scene = scene("strange").suite("FORGET", "aside", 40, true);
    Files.writeString(scene.suiteFile("aside"), "topsecret:x:0\n");
    scene.declared();
    scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));

    PromotionDecided decision = scene.decision();

    LoopFixture.api()
        .get("/v1/decisions/" + decision.decisionId() + "/facts")
        .then()
        .body("notes", hasItem(containsString("line 1 is not an item; expected a JSON object")))
        .body("notes", not(hasItem(containsString("topsecret"))));
  }
}
