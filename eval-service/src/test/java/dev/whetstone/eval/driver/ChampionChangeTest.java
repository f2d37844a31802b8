package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The champion changes while others are evaluated against it, or are being rolled out. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ChampionChangeTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  @Inject ObjectStore store;
  @Inject ChampionRepository champions;
  @Inject Clock clock;
  FakeModelServer evaluationServer;
  FakeModelServer serving;

  @BeforeEach
  void start() {
    evaluationServer = new FakeModelServer().base(LoopEvaluationTest.OLD);
    serving = new FakeModelServer().base(LoopEvaluationTest.OLD);
  }

  @AfterEach
  void stop() {
    evaluationServer.close();
    serving.close();
  }

  private LoopFixture scene(String name) {
    return new LoopFixture(name, store, evaluationServer)
        .servedBy(serving)
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 60, false);
  }

  private CheckpointReady offer(
      LoopFixture scene, UnaryOperator<String> skill, BatchSealed... batches) {
    CheckpointReady ready = scene.unpublishedCheckpoint(skill, batches);
    serving.addAdapter(LoopFixture.path(ready), skill);
    scene.publish(ready, ready.checkpointId());
    return ready;
  }

  private static ValidatableResponse approve(PromotionDecided held) {
    return LoopFixture.api().post("/v1/decisions/" + held.decisionId() + "/approve").then();
  }

  @Test
  void shouldEvaluateAgainIfTheChampionChangesDuringAnEvaluation() {
    LoopFixture scene = scene("moved").mode("approve").declared();
    BatchSealed first = scene.batch("new", 60);
    CheckpointReady champion = offer(scene, LoopFixture::right, first);
    PromotionDecided held = scene.decision();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CheckpointReady second =
        offer(
            scene,
            question -> {
              asked.countDown();
              pass(goOn);
              return LoopFixture.right(question);
            },
            first,
            scene.batch("new other", 60));
    pass(asked);

    approve(held).statusCode(200);
    scene.awaitGeneration(1);
    scene.adopted(champion, first);
    goOn.countDown();

    PromotionDecided decision = scene.decisions(2).getFirst();
    assertThat(decision.candidate()).isEqualTo(second.checkpointId());
    assertThat(decision.championGeneration()).isEqualTo(1);
    LoopFixture.api()
        .get("/v1/checkpoints/" + second.checkpointId())
        .then()
        .body("looks.state", equalTo(List.of("superseded", "decided")));
  }

  @Test
  void shouldApplyOneOfTwoPromotionsAgainstOneGeneration() {
    LoopFixture scene = scene("rivals").mode("approve").declared();
    BatchSealed batch = scene.batch("new", 60);
    offer(scene, LoopFixture::right, batch);
    scene.decisions(1);
    offer(scene, LoopFixture::right, batch);
    List<PromotionDecided> held = scene.decisions(2);
    serving.down(true);
    held.forEach(one -> approve(one).statusCode(200));
    await().atMost(TIMEOUT).until(() -> scene.condition("Serving").contains("503"));

    serving.down(false);

    PromotionApplied applied =
        scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1).getFirst();
    PromotionFailed failed =
        scene.awaitPublished(EventType.PROMOTION_FAILED, PromotionFailed.class, 1).getFirst();
    assertThat(List.of(applied.decisionId(), failed.decisionId()))
        .containsExactlyInAnyOrderElementsOf(
            held.stream().map(PromotionDecided::decisionId).toList());
    assertThat(failed.reason()).contains("another champion was set in the meantime");
    assertThat(scene.generation()).isEqualTo(1);
    LoopFixture.api()
        .post("/v1/decisions/" + failed.decisionId() + "/approve")
        .then()
        .statusCode(409)
        .body("detail", containsString("evaluated against generation 0, but generation 1"))
        .body("remedy", containsString("offer the checkpoint again"));
    LoopFixture.api()
        .post("/v1/decisions/" + applied.decisionId() + "/approve")
        .then()
        .statusCode(200);
    await()
        .atMost(TIMEOUT)
        .until(() -> scene.condition("Serving").endsWith("answers on 1 of 1 replicas"));
  }

  @Test
  void shouldEndARolloutWhoseChampionWasReplacedBeforeReplicasConfirmed() {
    LoopFixture scene = scene("replaced").declared();
    // The server answers the probe before the switch, eight prompts, and fails at the confirmation.
    serving.breakAfter(8);
    CheckpointReady ready = offer(scene, LoopFixture::right, scene.batch("new", 60));
    scene.awaitGeneration(1);

    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              Champion current = champions.current(scene.loop()).orElseThrow();
              champions.replace(current.next(null, null, "base", null, clock.instant()));
            });

    PromotionFailed failed =
        scene.awaitPublished(EventType.PROMOTION_FAILED, PromotionFailed.class, 1).getFirst();
    assertThat(failed.checkpointId()).isEqualTo(ready.checkpointId());
    assertThat(failed.reason()).contains("another champion", "generation 2");
    assertThat(scene.generation()).isEqualTo(2);
  }

  @Test
  void shouldEvaluateAgainIfOfferedAgainAfterTheChampionChanged() {
    LoopFixture scene = scene("offered").mode("approve").declared();
    BatchSealed first = scene.batch("new", 60);
    CheckpointReady champion = offer(scene, LoopFixture::right, first);
    scene.decisions(1);
    CheckpointReady second = offer(scene, LoopFixture::right, first, scene.batch("new other", 60));
    List<PromotionDecided> held = scene.decisions(2);
    approve(held.getLast()).statusCode(200);
    scene.awaitGeneration(1);
    scene.adopted(champion, first);
    approve(held.getFirst()).statusCode(409).body("remedy", containsString("offer the checkpoint"));

    LoopFixture.api()
        .body(Json.write(second))
        .post("/v1/loops/offered/checkpoints")
        .then()
        .statusCode(202);

    PromotionDecided again = scene.decisions(3).getFirst();
    assertThat(again.candidate()).isEqualTo(second.checkpointId());
    assertThat(again.championGeneration()).isEqualTo(1);
  }

  @Test
  void shouldHoldACandidateThatIsTaintedDuringItsEvaluation() {
    LoopFixture scene = scene("erased").declared();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CheckpointReady ready =
        offer(
            scene,
            question -> {
              asked.countDown();
              pass(goOn);
              return LoopFixture.right(question);
            },
            scene.batch("new", 60));
    pass(asked);

    taint(scene, ready);
    goOn.countDown();

    PromotionDecided decision = scene.decision();
    assertThat(decision.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(decision.reason()).isEqualTo("the checkpoint is tainted: an end user was erased");
    assertThat(scene.generation()).isZero();
    approve(decision).statusCode(409).body("code", equalTo("not-servable"));
  }

  @Test
  void shouldEndTheRolloutOfATaintedCheckpoint() {
    serving.down(true);
    LoopFixture scene = scene("late").declared();
    CheckpointReady ready = offer(scene, LoopFixture::right, scene.batch("new", 60));
    assertThat(scene.decision().verdict()).isEqualTo(Verdict.PROMOTE);

    taint(scene, ready);
    serving.down(false);

    PromotionFailed failed =
        scene.awaitPublished(EventType.PROMOTION_FAILED, PromotionFailed.class, 1).getFirst();
    assertThat(failed.reason()).isEqualTo("the checkpoint is tainted: an end user was erased");
    assertThat(scene.generation()).isZero();
    approve(scene.decision()).statusCode(409).body("code", equalTo("not-servable"));
  }

  @Test
  void shouldRefuseTheApprovalOfATaintedCheckpoint() {
    LoopFixture scene = scene("tainted").mode("approve").declared();
    CheckpointReady ready = offer(scene, LoopFixture::right, scene.batch("new", 60));
    PromotionDecided held = scene.decision();
    taint(scene, ready);

    approve(held)
        .statusCode(409)
        .body("code", equalTo("not-servable"))
        .body("detail", containsString("an end user was erased"));
    assertThat(scene.decision().verdict()).isEqualTo(Verdict.HOLD);
  }

  /** Publishes that a checkpoint is tainted, and waits until the service has recorded it. */
  private static void taint(LoopFixture scene, CheckpointReady ready) {
    scene.publish(
        new CheckpointTainted(ready.checkpointId(), "an end user was erased", null),
        ready.checkpointId());
    await()
        .atMost(TIMEOUT)
        .until(
            () ->
                LoopFixture.api()
                    .get("/v1/checkpoints/" + ready.checkpointId())
                    .then()
                    .extract()
                    .path("tainted"),
            tainted -> tainted != null);
  }

  private static void pass(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
