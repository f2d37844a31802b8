package dev.whetstone.eval.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.eval.probe.EffectProbeRepository;
import dev.whetstone.eval.probe.ReplicaProber;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.server.RoundRobinProxy;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A promoted candidate is put into service, or the champion stays. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RolloutTest {
  private static final UnaryOperator<String> OLD =
      question -> question.startsWith("new") ? "wrong" : LoopFixture.right(question);
  @Inject ObjectStore store;
  @Inject Sql sql;
  @Inject Clock clock;
  @Inject LoopRegistry registry;
  @Inject ChampionRepository champions;
  @Inject CheckpointRepository checkpoints;
  @Inject DecisionRepository decisions;
  @Inject RolloutRepository rollouts;
  @Inject RolloutMoves moves;
  @Inject ModelServers servers;
  @Inject EffectProbeRepository probes;
  @Inject ReplicaProber prober;
  @Inject ReplicaObservationRepository observations;
  FakeModelServer evaluationServer;
  FakeModelServer serving;

  @BeforeEach
  void start() {
    evaluationServer = new FakeModelServer().base(OLD);
    serving = new FakeModelServer().base(OLD);
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

  private CheckpointReady offer(LoopFixture scene) {
    var batch = scene.batch("new", 60);
    CheckpointReady ready = scene.unpublishedCheckpoint(LoopFixture::right, batch);
    serving.addAdapter(LoopFixture.path(ready), LoopFixture::right);
    scene.publish(ready, ready.checkpointId());
    return ready;
  }

  @Test
  void shouldLeaveTheChampionUnchangedWhenTheAdapterCannotBeLoaded() {
    serving.refuseAdapters(true);
    LoopFixture scene = scene("unloadable").declared();
    CheckpointReady ready = offer(scene);

    PromotionFailed failed =
        scene.awaitPublished(EventType.PROMOTION_FAILED, PromotionFailed.class, 1).getFirst();

    assertThat(failed.checkpointId()).isEqualTo(ready.checkpointId());
    assertThat(failed.reason()).contains("r is 512");
    assertThat(failed.generation()).isZero();
    assertThat(scene.generation()).isZero();
    assertThat(scene.published("whetstone.champions", EventType.CHAMPION_SET, ChampionSet.class))
        .hasSize(1);
  }

  @Test
  void shouldRetryAFailedRolloutIfTheCheckpointIsOfferedAgain() {
    serving.refuseAdapters(true);
    LoopFixture scene = scene("again").declared();
    CheckpointReady ready = offer(scene);
    scene.awaitPublished(EventType.PROMOTION_FAILED, PromotionFailed.class, 1);

    LoopFixture.api().post("/v1/decisions/" + scene.decision().decisionId() + "/approve").then();
    scene.awaitPublished(EventType.PROMOTION_FAILED, PromotionFailed.class, 2);
    serving.refuseAdapters(false);
    LoopFixture.api()
        .body(Json.write(ready))
        .post("/v1/loops/again/checkpoints")
        .then()
        .statusCode(202);

    scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1);
    assertThat(scene.generation()).isEqualTo(1);
    assertThat(scene.decisions()).hasSize(1);
    assertThat(decisions.all(scene.loop()).getFirst().adoption())
        .isEqualTo(Decision.Adoption.ADOPTED);
  }

  @Test
  void shouldRestartTheTimeLimitOfARolloutAfterADowntime() {
    LoopFixture scene = scene("undriven").mode("approve").declared();
    CheckpointReady ready = offer(scene);
    String decision = scene.decision().decisionId();
    // Another owner holds the lease, so that only this test moves the rollout.
    sql.updateInNewTransaction(
        """
        insert into work_lease (name, owner, until) values (?, 'other-owner', ?)
        on conflict (name) do update set owner = excluded.owner, until = excluded.until
        """,
        "rollout " + scene.loop().key(),
        clock.instant().plus(Duration.ofDays(1)));
    LoopFixture.api().post("/v1/decisions/" + decision + "/approve").then().statusCode(200);
    DeclaredLoop loop = registry.current(scene.loop()).orElseThrow();

    for (String state : List.of("loading", "switched")) {
      serving.down(true);
      driver().drive(loop);
      sql.updateInNewTransaction(
          "update rollout set deadline = ? where decision_id = ?",
          clock.instant().minus(Duration.ofHours(1)),
          decision);
      RolloutDriver fresh = driver();
      fresh.drive(loop);
      assertThat(state(decision)).isEqualTo(state);
      serving.down(false);
      // The driver asks again after a pause.
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                fresh.drive(loop);
                return !state(decision).equals(state);
              });
    }

    assertThat(state(decision)).isEqualTo("applied");
    assertThat(serving.models()).contains(scene.servedName(ready));
  }

  private String state(String decision) {
    return sql.query(
            "select state from rollout where decision_id = ?", row -> row.getString(1), decision)
        .getFirst();
  }

  private RolloutDriver driver() {
    return new RolloutDriver(
        champions,
        checkpoints,
        decisions,
        rollouts,
        moves,
        servers,
        probes,
        prober,
        observations,
        clock);
  }

  @Test
  void shouldRestoreTheFormerChampionIfReplicasDoNotConfirmInTime() {
    LoopFixture scene = scene("unconfirmed").confirmDeadline("PT2S").declared();
    // The server answers the probe before the switch, eight prompts, and fails at the confirmation.
    serving.breakAfter(8);
    CheckpointReady ready = offer(scene);

    PromotionRolledBack back =
        scene
            .awaitPublished(EventType.PROMOTION_ROLLED_BACK, PromotionRolledBack.class, 1)
            .getFirst();

    assertThat(back.withdrawn()).isEqualTo(ready.checkpointId());
    assertThat(back.restored()).isNull();
    assertThat(back.generation()).isEqualTo(2);
    assertThat(back.reason()).contains("503");
    assertThat(scene.generation()).isEqualTo(2);
    assertThat(scene.awaitPublished(EventType.CHAMPION_SET, ChampionSet.class, 3))
        .extracting(ChampionSet::servedName)
        .containsExactly(FakeModelServer.BASE, scene.servedName(ready), FakeModelServer.BASE);
    assertThat(
            scene.published(
                "whetstone.decisions", EventType.PROMOTION_APPLIED, PromotionApplied.class))
        .isEmpty();
    // The withdrawn adapter is unloaded from the replica and from the evaluation server.
    for (FakeModelServer one : List.of(serving, evaluationServer)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .during(Duration.ofSeconds(3))
          .until(() -> !one.models().contains(scene.servedName(ready)));
    }
  }

  @Test
  void shouldLoadTheChampionAgainAfterTheModelServerRestarted() {
    LoopFixture scene = scene("forgetful").declared();
    CheckpointReady ready = offer(scene);
    scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1);
    assertThat(serving.models()).contains(scene.servedName(ready));

    serving.restart();

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> serving.models().contains(scene.servedName(ready)));
    assertThat(scene.condition("Serving")).contains("answers on 1 of 1 replicas");
  }

  /** The address gives each request to the next replica, as a load balancer does. */
  @Test
  void shouldJudgeAndServeThroughReplicasBehindOneAddress() {
    List<URI> replicas = List.of(URI.create(evaluationServer.url()), URI.create(serving.url()));
    try (var address = new RoundRobinProxy(replicas)) {
      LoopFixture scene = scene("balanced");
      String yaml =
          scene
              .yaml()
              .replace(
                  "endpoint: '%s', baseName".formatted(serving.url()),
                  "endpoint: '%s', replicas: ['%s', '%s'], baseName"
                      .formatted(address.url(), replicas.getFirst(), replicas.getLast()))
              .replace("endpoint: '%s'\n".formatted(evaluationServer.url()), "\n");
      assertThat(yaml).contains("replicas:").doesNotContain("endpoint: '" + evaluationServer.url());
      LoopFixture.api().body(yaml).put("/v1/loops/balanced").then().statusCode(200);

      CheckpointReady ready = offer(scene);
      scene.awaitPublished(EventType.PROMOTION_APPLIED, PromotionApplied.class, 1);

      assertThat(List.of(evaluationServer, serving))
          .allSatisfy(
              replica -> {
                assertThat(replica.models()).contains(scene.servedName(ready));
                assertThat(replica.answers()).isGreaterThan(50);
              });
    }
  }

  @Test
  void shouldServeAlthoughTheFormerChampionIsNotLoaded() {
    LoopFixture scene = scene("bereft").declared();
    CheckpointReady first = offer(scene);
    scene.awaitGeneration(1);
    CheckpointReady second = scene.unpublishedCheckpoint(LoopFixture::right);
    serving.addAdapter(LoopFixture.path(second), LoopFixture::right);
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              Champion current = champions.current(scene.loop()).orElseThrow();
              champions.replace(
                  current.next(
                      second.checkpointId(),
                      second.adapterUri(),
                      scene.servedName(second),
                      null,
                      clock.instant()));
            });
    serving.removeAdapter(LoopFixture.path(first));
    serving.restart();

    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                scene
                    .condition("Serving")
                    .contains("answers on 1 of 1 replicas; the former champion is not loaded"));
    assertThat(serving.models()).contains(scene.servedName(second));
  }

  @Test
  void shouldReportThatThereIsNoRouter() {
    LoopFixture scene = scene("unrouted");
    LoopFixture.api()
        .body(scene.yaml().replace("baseName:", "router: none, baseName:"))
        .put("/v1/loops/unrouted")
        .then()
        .statusCode(200);

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> scene.condition("Serving").contains("1 of 1 replicas"));
    assertThat(scene.condition("Serving"))
        .endsWith("router is none: switch at 100 %, before/after comparison only");
  }

  @Test
  void shouldReportAReplicaThatDoesNotAnswer() {
    LoopFixture scene = scene("offline").declared();
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
