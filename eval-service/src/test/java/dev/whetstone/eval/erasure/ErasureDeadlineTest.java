package dev.whetstone.eval.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.CheckpointTainted;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A champion that is trained on erased data serves until its deadline and not longer. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ErasureDeadlineTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  @Inject ObjectStore store;
  @Inject ChampionRepository champions;
  @Inject CheckpointRepository checkpoints;
  @Inject LoopRegistry registry;
  @Inject Sql sql;
  @Inject Clock clock;
  FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldReportATaintedChampionAndReplaceItAfterTheDeadline() {
    LoopFixture scene = new LoopFixture("tainted-late", store, server).declared();
    CheckpointReady first = putInService(scene);
    CheckpointReady second = putInService(scene);
    taint(scene, second);
    Checkpoint checkpoint = checkpoints.find(scene.loop(), second.checkpointId()).orElseThrow();
    Instant deadline = checkpoint.taintedAt().plus(Duration.ofDays(30));

    await()
        .atMost(TIMEOUT)
        .until(() -> String.valueOf(scene.condition("ErasedData")).contains(deadline.toString()));
    assertThat(scene.condition("ErasedData"))
        .contains(scene.servedName(second), "an end user was erased")
        .contains(checkpoint.taintedAt().toString());

    MutableClock later = new MutableClock(deadline.minusSeconds(1));
    ErasureDeadline deadlines = new ErasureDeadline(champions, checkpoints, later);
    assertThat(deadlines.enforce(registry.require(scene.loop()).spec())).contains(deadline);
    assertThat(scene.generation()).isEqualTo(2);

    later.advance(Duration.ofSeconds(1));
    assertThat(deadlines.enforce(registry.require(scene.loop()).spec())).isEmpty();

    Champion successor = champions.current(scene.loop()).orElseThrow();
    assertThat(successor.generation()).isEqualTo(3);
    assertThat(successor.checkpointId()).isEqualTo(first.checkpointId());
    assertThat(String.valueOf(scene.condition("ErasedData"))).isEqualTo("null");
    // The replicas serve the successor, and the barred adapter is unloaded and not loaded again.
    await().atMost(TIMEOUT).until(() -> !server.models().contains(scene.servedName(second)));
    assertThat(server.models()).contains(scene.servedName(first));
  }

  @Test
  void shouldServeTheBaseIfEveryFormerChampionIsTainted() {
    LoopFixture scene = new LoopFixture("tainted-all", store, server).declared();
    CheckpointReady first = putInService(scene);
    CheckpointReady second = putInService(scene);
    taint(scene, first);
    taint(scene, second);
    MutableClock later = new MutableClock(clock.instant().plus(Duration.ofDays(31)));

    new ErasureDeadline(champions, checkpoints, later)
        .enforce(registry.require(scene.loop()).spec());

    assertThat(champions.current(scene.loop()).orElseThrow().isBase()).isTrue();
  }

  @Test
  void shouldEnforceTheDeclaredDeadline() {
    LoopFixture scene = new LoopFixture("tainted-soon", store, server);
    LoopFixture.api()
        .body(
            scene.yaml().replace("  rollout:", "  retention: {erasureDeadline: PT1S}\n  rollout:"))
        .put("/v1/loops/tainted-soon")
        .then()
        .statusCode(200);
    CheckpointReady only = putInService(scene);
    taint(scene, only);

    scene.awaitGeneration(2);

    assertThat(champions.current(scene.loop()).orElseThrow().isBase()).isTrue();
  }

  private CheckpointReady putInService(LoopFixture scene) {
    CheckpointReady ready = scene.unpublishedCheckpoint(LoopFixture::right);
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              sql.update(
                  "insert into checkpoint (tenant, loop, checkpoint_id, body, received_at)"
                      + " values (?, ?, ?, ?, ?)",
                  scene.loop().tenant(),
                  scene.loop().loop(),
                  ready.checkpointId(),
                  dev.whetstone.kit.json.Json.text(ready),
                  clock.instant());
              // Evaluated, so that no evaluation begins.
              sql.update(
                  "insert into evaluation (evaluation_id, tenant, loop, checkpoint_id,"
                      + " champion_generation, look, state, reason, next_attempt_at, started_at,"
                      + " updated_at) values (?, ?, ?, ?, 0, 1, 'superseded', '', ?, ?, ?)",
                  "ev-" + ready.checkpointId(),
                  scene.loop().tenant(),
                  scene.loop().loop(),
                  ready.checkpointId(),
                  clock.instant(),
                  clock.instant(),
                  clock.instant());
              Champion current = champions.current(scene.loop()).orElseThrow();
              champions.replace(
                  current.next(
                      ready.checkpointId(),
                      ready.adapterUri(),
                      scene.servedName(ready),
                      null,
                      clock.instant()));
            });
    await().atMost(TIMEOUT).until(() -> server.models().contains(scene.servedName(ready)));
    return ready;
  }

  private void taint(LoopFixture scene, CheckpointReady ready) {
    scene.publish(
        new CheckpointTainted(ready.checkpointId(), "an end user was erased", null),
        ready.checkpointId());
    await()
        .atMost(TIMEOUT)
        .until(
            () ->
                checkpoints.find(scene.loop(), ready.checkpointId()).orElseThrow().taintedAt()
                    != null);
  }
}
