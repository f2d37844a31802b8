package dev.whetstone.eval.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gauges follow the rows of evaluations, decisions, rollouts and champions. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class EvalGaugesTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final UnaryOperator<String> OLD =
      question -> question.startsWith("new") ? "wrong" : LoopFixture.right(question);
  @Inject ObjectStore store;
  @Inject EvalGauges gauges;
  @Inject MeterRegistry registry;
  @Inject Sql sql;
  private FakeModelServer server;

  @BeforeEach
  void start() {
    server = new FakeModelServer().base(OLD);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldFollowACandidateFromApprovalToService() {
    LoopFixture scene =
        new LoopFixture("gauged", store, server)
            .suite("RETAIN", "golden", 150, false)
            .suite("FORGET", "skills", 60, false)
            .mode("approve")
            .declared();
    gauges.measure();
    assertThat(champion("generation", scene.loop())).isZero();
    assertThat(promotions(scene.loop())).isZero();
    scene.checkpoint(LoopFixture::right, scene.batch("new", 60));
    String decision = scene.decision().decisionId();
    sql.updateInNewTransaction(
        "update decision set decided_at = decided_at - interval '1 hour' where decision_id = ?",
        decision);
    gauges.measure();
    assertThat(stage("approval", scene.loop())).isBetween(3_600.0, 3_900.0);
    assertThat(stage("rollout", scene.loop())).isNull();

    LoopFixture.api().post("/v1/decisions/" + decision + "/approve").then().statusCode(200);
    scene.awaitGeneration(1);
    await().atMost(TIMEOUT).until(() -> promotions(scene.loop()) == 1.0);

    gauges.measure();
    assertThat(stage("approval", scene.loop())).isNull();
    assertThat(stage("rollout", scene.loop())).isNull();
    assertThat(champion("generation", scene.loop())).isEqualTo(1);
    assertThat(champion("age", scene.loop())).isBetween(0.0, 120.0);
  }

  @Test
  void shouldShowHowLongAnEvaluationAndARolloutTake() {
    LoopId loop = unwatched("gauged-rows");
    gauges.measure();
    double waiting = states(EvalMeter.UNFINISHED_EVALUATIONS, "waiting");
    double requested = states(EvalMeter.UNFINISHED_ROLLOUTS, "requested");
    double loading = states(EvalMeter.UNFINISHED_ROLLOUTS, "loading");
    Instant longAgo = Instant.now().minusSeconds(7_200);
    sql.updateInNewTransaction(
        "insert into evaluation (evaluation_id, tenant, loop, checkpoint_id, champion_generation,"
            + " look, state, reason, next_attempt_at, started_at, updated_at)"
            + " values ('ev-gauged', ?, ?, 'cp', 0, 1, 'waiting', '', ?, ?, ?)",
        loop.tenant(),
        loop.loop(),
        longAgo.plus(Duration.ofDays(9)),
        longAgo,
        longAgo);
    sql.updateInNewTransaction(
        "insert into decision (decision_id, tenant, loop, evaluation_id, candidate,"
            + " champion_generation, verdict, mode, rollout_wanted, adoption, body, facts, decided_at)"
            + " values ('d-gauged', ?, ?, 'ev-other', 'cp-other', 0, 'PROMOTE', 'AUTO', true, 'none',"
            + " '{}', '{}', ?)",
        loop.tenant(),
        loop.loop(),
        longAgo);
    try {
      gauges.measure();
      assertThat(stage("evaluation", loop)).isBetween(7_200.0, 7_500.0);
      assertThat(stage("rollout", loop)).isBetween(7_200.0, 7_500.0);
      assertThat(states(EvalMeter.UNFINISHED_EVALUATIONS, "waiting")).isEqualTo(waiting + 1);
      assertThat(states(EvalMeter.UNFINISHED_ROLLOUTS, "requested")).isEqualTo(requested + 1);
      sql.updateInNewTransaction(
          "insert into rollout (decision_id, tenant, loop, checkpoint_id, adapter_uri, served_name,"
              + " from_generation, state, deadline, reason, updated_at)"
              + " values ('d-gauged', ?, ?, 'cp-other', 'x', 'x', 0, 'loading', ?, '', ?)",
          loop.tenant(),
          loop.loop(),
          Instant.now().plus(Duration.ofDays(1)),
          longAgo);
      gauges.measure();
      assertThat(states(EvalMeter.UNFINISHED_ROLLOUTS, "loading")).isEqualTo(loading + 1);
      assertThat(stage("rollout", loop)).isBetween(7_200.0, 7_500.0);
    } finally {
      sql.updateInNewTransaction("delete from rollout where decision_id = 'd-gauged'");
      sql.updateInNewTransaction("delete from decision where decision_id = 'd-gauged'");
      sql.updateInNewTransaction("delete from evaluation where evaluation_id = 'ev-gauged'");
    }
    gauges.measure();
    assertThat(stage("evaluation", loop)).isNull();
    assertThat(stage("rollout", loop)).isNull();
    sql.updateInNewTransaction("delete from declared_loop where loop = ?", loop.loop());
  }

  /** A declared loop that is never due, so that no reconciler works on its rows. */
  private LoopId unwatched(String name) {
    new LoopFixture(name + "-declared", store, server).declared();
    sql.updateInNewTransaction(
        "insert into declared_loop (tenant, loop, spec_sha256, revision, spec, state)"
            + " select tenant, ?, spec_sha256, revision, spec, state from declared_loop"
            + " where loop = ?",
        name,
        name + "-declared");
    return new LoopId("acme", name);
  }

  @Test
  void shouldShowNoGenerationOfADeletedLoop() {
    LoopFixture scene = new LoopFixture("gauged-deleted", store, server).declared();
    gauges.measure();
    assertThat(champion("generation", scene.loop())).isZero();

    LoopFixture.api().delete("/v1/loops/gauged-deleted").then().statusCode(204);
    gauges.measure();

    assertThat(champion("generation", scene.loop())).isNull();
  }

  private double states(EvalMeter meter, String state) {
    return registry.get(meter.meterName()).tag("state", state).gauge().value();
  }

  private @Nullable Double stage(String stage, LoopId loop) {
    return value(
        registry
            .find(KitMeter.STAGE_OLDEST_AGE.meterName())
            .tag("stage", stage)
            .tag("loop", loop.key())
            .gauge());
  }

  private @Nullable Double champion(String part, LoopId loop) {
    return value(registry.find("whetstone.eval.champion." + part).tag("loop", loop.key()).gauge());
  }

  private double promotions(LoopId loop) {
    return registry.get(EvalMeter.PROMOTIONS.meterName()).tag("loop", loop.key()).counter().count();
  }

  private static @Nullable Double value(@Nullable Gauge gauge) {
    return gauge == null ? null : gauge.value();
  }
}
