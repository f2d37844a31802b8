package dev.whetstone.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.training.config.TrainingConfig;
import dev.whetstone.training.metrics.TrainingMeter;
import dev.whetstone.training.plan.RunIdentity;
import dev.whetstone.training.reconcile.ReconcilerHeartbeat;
import dev.whetstone.training.reconcile.RunReconciler;
import dev.whetstone.training.reconcile.RunStepper;
import dev.whetstone.training.run.Run;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunScheduler;
import dev.whetstone.training.run.RunTally;
import dev.whetstone.training.run.UnfinishedRunRepository;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several instances of the service look at the same rows at the same time. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class RunClaimTest {
  private static final int RUNS = 2_000;

  @Inject TrainingFixture fixture;
  @Inject RunReconciler reconciler;
  @Inject RunRepository runs;
  @Inject UnfinishedRunRepository unfinished;
  @Inject Sql sql;
  @Inject TestLeaseClock clock;
  @Inject MeterRegistry registry;
  @Inject MeterRegistrar meters;
  @Inject WorkerDouble worker;
  @Inject RunScheduler scheduler;
  @Inject ReconcilerHeartbeat heartbeat;
  @Inject RunStepper stepper;
  @Inject TrainingConfig config;

  @AfterEach
  void endAllRuns() {
    fixture.endAllRuns();
  }

  @Test
  void shouldMoveEachRunOnceWhenTwoReconcilersLook() throws Exception {
    List<Run.Waiting> waiting = IntStream.range(0, RUNS).mapToObj(this::run).toList();
    QuarkusTransaction.requiringNew().run(() -> waiting.forEach(runs::insert));
    double before = failed();

    together(reconciler::pass, otherService()::pass);

    assertThat(unfinished.all(clock.now())).isEmpty();
    assertThat(failed() - before).isEqualTo(RUNS);
  }

  @Test
  void shouldNotGiveOneRunToTwo() {
    Run.Waiting waiting = run(RUNS);
    QuarkusTransaction.requiringNew().run(() -> runs.insert(waiting));
    String id = waiting.identity().runId();

    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              assertThat(runs.claim(id)).isPresent();
              QuarkusTransaction.requiringNew().run(() -> assertThat(runs.claim(id)).isEmpty());
            });
    QuarkusTransaction.requiringNew().run(() -> assertThat(runs.claim(id)).isPresent());
  }

  @Test
  void shouldPlanOneRunPerLoopWhenTwoReconcilersLook() throws Exception {
    List<LoopId> loops = IntStream.range(0, 20).mapToObj(i -> fixture.loop()).toList();
    for (LoopId loop : loops) {
      fixture.seal(loop, 1, 20);
      fixture.seal(loop, 2, 20);
    }

    together(reconciler::pass, otherService()::pass);
    reconciler.pass();

    for (LoopId loop : loops) {
      assertThat(runs.newest(loop, 100)).hasSize(1);
      assertThat(fixture.run(loop).attempts()).hasSize(1);
      assertThat(fixture.run(loop).batchIds()).hasSize(2);
      worker.trains(fixture.spec(loop), 1).statusCode(200);
    }
  }

  @Test
  void shouldPlanNoRunOfAPausedLoop() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.change(loop, LoopState.PAUSED, 2);

    reconciler.pass();

    assertThat(runs.newest(loop, 10)).isEmpty();
    fixture.change(loop, LoopState.ACTIVE, 3);
    reconciler.pass();
    assertThat(runs.newest(loop, 10)).hasSize(1);
  }

  /** A reconciler of its own, as another service on the same database has. */
  private RunReconciler otherService() {
    return new RunReconciler(scheduler, heartbeat, unfinished, stepper, clock, config, meters);
  }

  private static void together(Runnable... works) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<? extends Future<?>> futures =
          IntStream.range(0, works.length)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            go.await();
                            works[i].run();
                            return null;
                          }))
              .toList();
      go.countDown();
      for (Future<?> future : futures) {
        future.get();
      }
    }
  }

  /** Its declaration is not known, so that it fails at its first step. */
  private Run.Waiting run(int number) {
    RunIdentity identity =
        new RunIdentity(
            "run-claim-" + number + "-" + fixture.newId().loop(),
            fixture.newId(),
            List.of("b"),
            "unknown",
            clock.now());
    return new Run.Waiting(identity, 0, RunTally.NONE, clock.now(), null);
  }

  private double failed() {
    return registry.counter(TrainingMeter.RUNS.meterName(), "outcome", "failed").count();
  }
}
