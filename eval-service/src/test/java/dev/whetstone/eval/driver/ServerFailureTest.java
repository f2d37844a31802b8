package dev.whetstone.eval.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model server that fails holds up no loop for ever, and a candidate is blamed only alone. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
@TestProfile(ServerFailureTest.ShortPatience.class)
class ServerFailureTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(40);
  @Inject ObjectStore store;
  FakeModelServer server;

  /** Limits that a test can wait for. */
  public static class ShortPatience implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "whetstone.eval.server-patience", "PT8S",
          "whetstone.eval.longest-pause", "PT1S");
    }
  }

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
        .suite("FORGET", "skills", 100, false)
        .declared();
  }

  @Test
  void shouldHoldAnAdapterThatTheServerFailsOnWhileItAnswersForTheBase() {
    LoopFixture scene = scene("unloadable-alone");
    CheckpointReady broken =
        scene.unpublishedCheckpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    server.failOn(scene.servedName(broken), "LoRA rank 64 is greater than max_lora_rank 16");
    scene.publish(broken, broken.checkpointId());
    CheckpointReady next =
        scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new other", 60));

    List<PromotionDecided> decisions = scene.decisions(2);

    PromotionDecided held = decisions.getLast();
    assertThat(held.candidate()).isEqualTo(broken.checkpointId());
    assertThat(held.verdict()).isEqualTo(Verdict.HOLD);
    assertThat(held.reason())
        .contains("fails on the adapter, 5 times in a row, while it answers for the base")
        .contains("max_lora_rank 16");
    assertThat(held.alphaSpent()).isZero();
    assertThat(decisions.getFirst().candidate()).isEqualTo(next.checkpointId());
    assertThat(decisions.getFirst().verdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void shouldRejectAnAdapterWhoseValuesAreNotFinite() {
    LoopFixture scene = scene("not-finite");
    CheckpointReady broken =
        scene.unpublishedCheckpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    server.failChatsOf(scene.servedName(broken), "The adapter computes values that are not finite");
    scene.publish(broken, broken.checkpointId());

    assertThat(scene.decision().verdict()).isEqualTo(Verdict.REJECT);
  }

  @Test
  void shouldPauseAndEndUndecidedWhileTheServerIsUnwellAndEvaluateAgainWhenItAnswers() {
    server.down(true);
    LoopFixture scene = scene("outage");
    CheckpointReady ready = scene.checkpoint(LoopEvaluationTest.BETTER, scene.batch("new", 60));
    await()
        .atMost(TIMEOUT)
        .until(() -> scene.condition("Judging").contains("evaluating is paused since"));
    assertThat(scene.condition("Judging")).contains("503", "it ends undecided at");

    PromotionDecided postponed = scene.decision();

    assertThat(postponed.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(postponed.reason())
        .contains("not measured: postponed until the model server is well", "503");
    assertThat(postponed.alphaSpent()).isZero();
    assertThat(postponed.gates()).isEmpty();
    LoopFixture.api()
        .get("/v1/decisions/" + postponed.decisionId() + "/facts")
        .then()
        .body("postponed", equalTo(true));
    LoopFixture.api()
        .get("/decisions/" + postponed.decisionId())
        .then()
        .statusCode(200)
        .body(org.hamcrest.Matchers.containsString("postponed until the model server is well"));
    assertThat(scene.condition("Judging"))
        .contains("it is evaluated again when the server answers");

    server.down(false);

    await().atMost(TIMEOUT).until(() -> scene.decisions().getFirst().verdict() == Verdict.PROMOTE);
    assertThat(scene.decisions().getFirst().candidate()).isEqualTo(ready.checkpointId());
    assertThat(scene.decisions().getFirst().alphaSpent()).isPositive();
  }
}
