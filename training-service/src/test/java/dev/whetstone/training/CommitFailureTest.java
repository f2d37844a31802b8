package dev.whetstone.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.TopicNames;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.StatusReport.Phase;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.KafkaProbe;
import dev.whetstone.training.attempt.AttemptView;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.engine.FakeComputeEngine;
import dev.whetstone.training.run.RunRepository;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The database fails where it hurts most: nothing is half-done and nothing is published twice. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class CommitFailureTest {
  @Inject TrainingFixture fixture;
  @Inject FakeComputeEngine engine;
  @Inject WorkerDouble worker;
  @Inject TestLeaseClock clock;
  @Inject Sql sql;
  @Inject BatchRepository batches;
  @Inject RunRepository runs;

  /** The next launch is to be one of this test's. */
  @BeforeEach
  void endRunsOfOtherTests() {
    fixture.endAllRuns();
  }

  @AfterEach
  void repairTheDatabase() {
    sql.updateInNewTransaction("drop function if exists test_failure() cascade");
    engine.limit(Integer.MAX_VALUE);
    fixture.endAllRuns();
  }

  @Test
  void shouldNotMoveTheRunWhenTheMessageCannotBeQueued() {
    shouldSucceedOnceTheDatabaseWorks(
        "create trigger test_failure before insert on outbox for each row execute function test_failure()");
  }

  @Test
  void shouldNotMoveTheRunWhenTheCommitFails() {
    shouldSucceedOnceTheDatabaseWorks(
        "create constraint trigger test_failure after update on run deferrable initially deferred"
            + " for each row when (new.state = 'succeeded') execute function test_failure()");
  }

  @Test
  void shouldLeaveBatchesNewWhenARunCannotBePlanned() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    failOn(
        "create constraint trigger test_failure after insert on run deferrable initially deferred"
            + " for each row execute function test_failure()");

    passThatMayFail();
    assertThat(runs.newest(loop, 100)).isEmpty();
    assertThat(batches.all(loop)).allMatch(Batch::isNew);

    sql.updateInNewTransaction("drop function test_failure() cascade");
    fixture.pass();
    assertThat(fixture.run(loop).state()).isEqualTo("active");
  }

  @Test
  void shouldStartOneWorkerThoughTheNoteOfItsLaunchWasLost() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    failOn(
        "create constraint trigger test_failure after update on attempt deferrable initially"
            + " deferred for each row when (new.state = 'live') execute function test_failure()");

    fixture.pass();
    assertThat(fixture.run(loop).attempts().getFirst().state()).isEqualTo("starting");

    sql.updateInNewTransaction("drop function test_failure() cascade");
    fixture.pass();
    assertThat(fixture.run(loop).attempts()).hasSize(1);
    assertThat(fixture.run(loop).attempts().getFirst().state()).isEqualTo("loading");
    assertThat(engine.launches()).containsOnlyOnce(fixture.attempt(loop));
  }

  @Test
  void shouldLaunchAnotherAttemptOnceTheClaimEndsAfterAKillBetweenClaimAndLaunch() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    engine.limitToRunning();
    fixture.pass();
    String attempt = fixture.attempt(loop);
    sql.updateInNewTransaction(
        "update attempt set token_sha256 = 'lost', lease_until = ? where attempt_id = ?",
        clock.now().plusSeconds(60),
        attempt);
    engine.limit(Integer.MAX_VALUE);

    fixture.pass();
    assertThat(engine.launches()).doesNotContain(attempt);

    clock.advance(Duration.ofSeconds(60));
    fixture.pass();
    fixture.pass();
    assertThat(engine.launches()).doesNotContain(attempt).containsOnlyOnce(fixture.attempt(loop));
    assertThat(fixture.spec(loop).fence()).isEqualTo(2);
    worker.trains(fixture.spec(loop), 1).statusCode(200);
  }

  @Test
  void shouldGiveEveryLaunchAFenceOfItsOwnWhenAnotherHostLaunchedTheWorker() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    engine.failAfterNextLaunchElsewhere();
    fixture.pass();
    RunSpec first = fixture.spec(loop);

    clock.advance(Duration.ofSeconds(59));
    fixture.pass();
    assertThat(fixture.run(loop).attempts()).hasSize(1);
    clock.advance(Duration.ofSeconds(1));
    fixture.pass();
    fixture.pass();

    RunSpec second = fixture.spec(loop);
    assertThat(fixture.run(loop).attempts())
        .extracting(AttemptView::state)
        .containsExactly("lost", "loading");
    assertThat(fixture.run(loop).attempts().getFirst().detail()).contains("is not confirmed");
    assertThat(second.fence()).isEqualTo(2);
    assertThat(second.output().uri()).isNotEqualTo(first.output().uri());
    worker.trains(first, 1).statusCode(409).body("code", is("stale-fence"));
    worker.trains(second, 1).statusCode(200);
  }

  @Test
  void shouldKeepTheWorkerOfAnotherHostThatReports() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    engine.failAfterNextLaunchElsewhere();
    fixture.pass();
    RunSpec first = fixture.spec(loop);
    worker.trains(first, 1).statusCode(200);

    for (int pass = 0; pass < 8; pass++) {
      clock.advance(Duration.ofSeconds(10));
      worker.trains(first, 2 + pass).statusCode(200);
      fixture.pass();
    }

    assertThat(fixture.run(loop).attempts())
        .extracting(AttemptView::state)
        .containsExactly("training");
  }

  private void shouldSucceedOnceTheDatabaseWorks(String trigger) {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    RunSpec spec = fixture.spec(loop);
    StatusReport done = TrainingFixture.report(1, Phase.DONE, 30, fixture.writeCheckpoint(spec));
    failOn(trigger);

    worker.reports(spec, done).statusCode(500);
    assertThat(fixture.run(loop).state()).isEqualTo("active");
    assertThat(fixture.run(loop).checkpointId()).isNull();

    sql.updateInNewTransaction("drop function test_failure() cascade");
    worker.reports(spec, done).statusCode(200);
    worker.reports(spec, done).statusCode(200);
    assertThat(fixture.run(loop).state()).isEqualTo("succeeded");
    try (KafkaProbe kafka = KafkaProbe.shared()) {
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(30))
          .until(() -> published(kafka, spec.runId()) == 1);
    }
  }

  private static long published(KafkaProbe kafka, String runId) {
    return kafka.all(TopicNames.CHECKPOINTS, "dev.whetstone.checkpoint.ready.v1").stream()
        .map(message -> KafkaProbe.body(message, CheckpointReady.class))
        .filter(ready -> ready.runId().equals(runId))
        .count();
  }

  private void failOn(String trigger) {
    sql.updateInNewTransaction(
        """
        create function test_failure() returns trigger language plpgsql as
        $$ begin raise exception 'forced by the test'; end $$
        """);
    sql.updateInNewTransaction(trigger);
  }

  private void passThatMayFail() {
    try {
      fixture.pass();
    } catch (RuntimeException e) {
      assertThat(e).hasStackTraceContaining("forced by the test");
    }
  }
}
