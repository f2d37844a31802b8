package dev.whetstone.eval.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.EventType;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.eval.scene.FakeModelServer;
import dev.whetstone.eval.scene.Scene;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was promoted comes into service, or the champion stays. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RolloutTest {
  private static final UnaryOperator<String> OLD =
      question -> question.startsWith("new") ? "wrong" : Scene.right(question);
  @Inject ObjectStore store;
  FakeModelServer judging;
  FakeModelServer serving;

  @BeforeEach
  void start() {
    judging = new FakeModelServer().base(OLD);
    serving = new FakeModelServer().base(OLD);
  }

  @AfterEach
  void stop() {
    judging.close();
    serving.close();
  }

  private Scene scene(String name) {
    return new Scene(name, store, judging)
        .servedBy(serving)
        .suite("RETAIN", "golden", 150, false)
        .suite("FORGET", "skills", 60, false);
  }

  private CheckpointReady offer(Scene scene) {
    var batch = scene.batch("new", 60);
    CheckpointReady ready = scene.silentCheckpoint(Scene::right, batch);
    serving.teach(Scene.path(ready), Scene::right);
    scene.say(ready, ready.checkpointId());
    return ready;
  }

  @Test
  void shouldLeaveTheChampionUnchangedWhenTheAdapterCannotBeLoaded() {
    serving.refuseAdapters(true);
    Scene scene = scene("unloadable").declared();
    CheckpointReady ready = offer(scene);

    PromotionFailed failed =
        scene.awaitSaid(EventType.PROMOTION_FAILED, PromotionFailed.class, 1).getFirst();

    assertThat(failed.checkpointId()).isEqualTo(ready.checkpointId());
    assertThat(failed.reason()).contains("r is 512");
    assertThat(failed.generation()).isZero();
    assertThat(scene.generation()).isZero();
    assertThat(scene.said("whetstone.champions", EventType.CHAMPION_SET, ChampionSet.class))
        .hasSize(1);
  }

  @Test
  void shouldPointBackWhenReplicasDoNotConfirmInTime() {
    Scene scene = scene("unconfirmed").confirmDeadline("PT2S").declared();
    // The probe before the switch is answered, the one that confirms is not.
    serving.breakAfter(1);
    CheckpointReady ready = offer(scene);

    PromotionRolledBack back =
        scene.awaitSaid(EventType.PROMOTION_ROLLED_BACK, PromotionRolledBack.class, 1).getFirst();

    assertThat(back.withdrawn()).isEqualTo(ready.checkpointId());
    assertThat(back.restored()).isNull();
    assertThat(back.generation()).isEqualTo(2);
    assertThat(back.reason()).contains("503");
    assertThat(scene.generation()).isEqualTo(2);
    assertThat(scene.awaitSaid(EventType.CHAMPION_SET, ChampionSet.class, 3))
        .extracting(ChampionSet::servedName)
        .containsExactly(FakeModelServer.BASE, scene.servedName(ready), FakeModelServer.BASE);
    assertThat(
            scene.said("whetstone.decisions", EventType.PROMOTION_APPLIED, PromotionApplied.class))
        .isEmpty();
    // Nobody waits for what was withdrawn, neither here nor where it was judged.
    for (FakeModelServer one : List.of(serving, judging)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .during(Duration.ofSeconds(3))
          .until(() -> !one.models().contains(scene.servedName(ready)));
    }
  }

  @Test
  void shouldLoadTheChampionAgainAfterTheModelServerRestarted() {
    Scene scene = scene("forgetful").declared();
    CheckpointReady ready = offer(scene);
    scene.awaitSaid(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1);
    assertThat(serving.models()).contains(scene.servedName(ready));

    serving.restart();

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> serving.models().contains(scene.servedName(ready)));
    assertThat(scene.condition("Serving")).contains("answers on 1 of 1 replicas");
  }

  @Test
  void shouldSayWhichReplicaDoesNotAnswer() {
    Scene scene = scene("offline").declared();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> scene.condition("Serving").contains("1 of 1"));

    serving.down(true);

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> scene.condition("Serving").contains("0 of 1 replicas"));
    assertThat(scene.condition("Serving")).contains("the base model 'base' (generation 0)");
  }
}
