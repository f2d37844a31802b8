package dev.whetstone.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.engine.FakeComputeEngine;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunScheduler;
import dev.whetstone.training.run.UnfinishedRunRepository;
import dev.whetstone.training.run.UnfinishedRunRepository.UnfinishedRun;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A slow engine, and an engine without room, delay only the runs that need it. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class IndependentRunsTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Inject TrainingFixture fixture;
  @Inject TestLoopState state;
  @Inject FakeComputeEngine engine;
  @Inject TestLeaseClock clock;
  @Inject Sql sql;
  @Inject RunRepository runs;
  @Inject UnfinishedRunRepository unfinished;
  @Inject RunScheduler scheduler;
  @Inject WorkerDouble worker;

  private LoopId loop;

  @AfterEach
  void endRuns() {
    engine.limit(Integer.MAX_VALUE);
    fixture.endAllRuns();
  }

  @Test
  void shouldMoveOtherRunsWhileTheEngineHoldsUpOne() throws Exception {
    LoopId slow = started();
    String slowRun = fixture.run(slow).runId();
    engine.block(slowRun);
    Thread pass = Thread.ofVirtual().start(fixture::pass);
    LoopId other = fixture.loop();
    fixture.seal(other, 1, 20);

    Thread second = Thread.ofVirtual().start(fixture::pass);
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> "loading".equals(fixture.run(other).attempts().getLast().state()));

    assertThat(pass.isAlive()).isTrue();
    assertThat(isUnlocked(slowRun)).isTrue();
    engine.release(slowRun);
    assertThat(pass.join(LIMIT)).isTrue();
    assertThat(second.join(LIMIT)).isTrue();
  }

  @Test
  void shouldWaitForAWorkerSlotWithoutSpendingAnAttempt() {
    LoopId first = started();
    engine.limitToRunning();
    loop = fixture.loop("  budgets: {maxGpuSecondsPerDay: 100}");
    fixture.seal(loop, 1, 20);
    fixture.pass();

    assertThat(fixture.run(loop).state()).isEqualTo("active");
    assertThat(fixture.run(loop).reason()).contains("worker slots are taken");
    state.assertStatus(loop, "WaitingForEngine", "worker slots are taken");
    tick(Duration.ofMinutes(10));
    assertThat(fixture.run(loop).attempts()).hasSize(1);

    engine.exit(fixture.attempt(first), 77, "");
    tick(Duration.ofSeconds(10));
    assertThat(fixture.run(loop).attempts()).hasSize(1);
    assertThat(fixture.run(loop).attempts().getFirst().state()).isEqualTo("loading");
    assertThat(fixture.run(loop).attempts().getFirst().startedAt()).isEqualTo(clock.now());
    assertThat(fixture.run(loop).reason()).isNull();
  }

  @Test
  void shouldLookAtARunOnlyWhenThatCanChangeSomething() {
    LoopId first = started();
    engine.limitToRunning();
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    assertThat(isDue(first)).isTrue();
    assertThat(isDue(loop)).isFalse();

    clock.advance(Duration.ofSeconds(5));
    assertThat(isDue(loop)).isTrue();
    engine.limit(Integer.MAX_VALUE);
    fixture.pass();
    engine.exit(fixture.attempt(loop), 1, "no luck");
    fixture.pass();
    assertThat(fixture.run(loop).state()).isEqualTo("waiting");
    assertThat(isDue(loop)).isFalse();

    clock.advance(Duration.ofSeconds(1));
    assertThat(isDue(loop)).isTrue();
  }

  private boolean isDue(LoopId of) {
    String run = fixture.run(of).runId();
    return unfinished.all(clock.now()).contains(new UnfinishedRun(run, true));
  }

  @Test
  void shouldNotPlanLoopsThatCannotStartARun() {
    LoopId live = started();
    fixture.seal(live, 2, 20);
    LoopId undecided = started();
    RunSpec spec = fixture.spec(undecided);
    worker.isDone(spec, 32).statusCode(200);
    fixture.seal(undecided, 2, 20);
    LoopId free = fixture.loop();
    fixture.seal(free, 1, 20);

    assertThat(scheduler.loopsWithNewBatches())
        .extracting(BatchRepository.NewBatches::loop)
        .contains(free)
        .doesNotContain(live, undecided);

    clock.advance(Duration.ofMinutes(31));
    assertThat(scheduler.loopsWithNewBatches())
        .extracting(BatchRepository.NewBatches::loop)
        .contains(free, undecided)
        .doesNotContain(live);
  }

  @Test
  void shouldSupersedeARunThatWaitsForAWorkerSlot() {
    started();
    engine.limitToRunning();
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();
    String attempt = fixture.attempt(loop);
    sql.updateInNewTransaction(
        "update run set supersede_reason = 'batch erased' where loop = ?", loop.loop());

    tick(Duration.ofSeconds(10));

    assertThat(engine.launches()).doesNotContain(attempt);
    assertThat(
            sql.first(
                "select outcome from attempt where attempt_id = ?",
                row -> row.getString(1),
                attempt))
        .contains("superseded");
  }

  private LoopId started() {
    LoopId started = fixture.loop("  training: {leaseDuration: PT1H, progressDeadline: PT1H}");
    fixture.seal(started, 1, 20);
    fixture.pass();
    return started;
  }

  /** Beyond the first lease of the other worker, which its reports renew. */
  private void tick(Duration duration) {
    Duration beat = Duration.ofSeconds(10);
    for (Duration passed = Duration.ZERO;
        passed.compareTo(duration) < 0;
        passed = passed.plus(beat)) {
      clock.advance(beat);
      sql.updateInNewTransaction(
          "update attempt set lease_until = ? where state = 'live'", clock.now());
      fixture.pass();
    }
  }

  private boolean isUnlocked(String runId) {
    return QuarkusTransaction.requiringNew().call(() -> runs.claim(runId).isPresent());
  }
}
