package dev.whetstone.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.StatusReport.Accelerator;
import dev.whetstone.contracts.run.StatusReport.Phase;
import dev.whetstone.kit.loop.LoopCondition;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.training.attempt.AttemptView;
import dev.whetstone.training.engine.FakeComputeEngine;
import dev.whetstone.training.status.LoopStatusReader;
import dev.whetstone.training.status.RunView;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits of time and memory: what an attempt that reaches one leaves behind, and what follows. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class AttemptLimitsTest {
  private static final Duration BEAT = Duration.ofSeconds(10);
  private static final long GIB = 1L << 30;
  private static final Accelerator ALONE = new Accelerator("H100", 80 * GIB, 80 * GIB);
  private static final Accelerator SHARED = new Accelerator("H100", 80 * GIB, 40 * GIB);

  @Inject TrainingFixture fixture;
  @Inject FakeComputeEngine engine;
  @Inject WorkerDouble worker;
  @Inject TestLeaseClock clock;
  @Inject LoopStatusReader status;

  private LoopId loop;

  @AfterEach
  void endAllRuns() {
    fixture.endAllRuns();
  }

  @Test
  void shouldKeepAnAttemptThatWorksWhileItsStepStandsStill() {
    RunSpec spec = started("training: {progressDeadline: PT2M}");
    worker.trains(spec, 7);
    for (long work = 1; work <= 30; work++) {
      worker.reports(spec, report(spec, Phase.TRAINING, 7, work, null)).statusCode(200);
      tick(BEAT);
    }
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("training");

    for (int i = 0; i < 14; i++) {
      worker.reports(spec, report(spec, Phase.TRAINING, 7, 30L, null));
      tick(BEAT);
    }
    assertThat(attempts().getFirst().state()).isEqualTo("lost");
    assertThat(attempts().getFirst().detail()).contains("no progress beyond step 7");
  }

  @Test
  void shouldNotCountLoadingAgainstMaxSeconds() {
    RunSpec spec = started("training: {maxSeconds: 60, progressDeadline: PT1M}");
    for (long work = 1; work <= 60; work++) {
      worker.reports(spec, report(spec, Phase.LOADING, 0, work, null)).statusCode(200);
      tick(BEAT);
    }
    worker.trains(spec, 1).statusCode(200);
    tick(BEAT);
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("training");

    for (int step = 2; step < 40; step++) {
      worker.trains(spec, step);
      tick(BEAT);
    }
    assertThat(attempts().getFirst().detail()).contains("longer than training.maxSeconds");
  }

  @Test
  void shouldOfferTheBestStateOfARunThatALimitEndedAndSaySo() {
    RunSpec spec = started("");
    worker.trains(spec, 30).statusCode(200);
    fixture.writeCheckpoint(spec, "max-seconds");
    engine.exit(spec.attempt(), 0, "");
    fixture.pass();

    RunView run = fixture.run(loop);
    String why =
        "training.maxSeconds was used up after step 30; the checkpoint is the best validated state, that of step 20";
    assertThat(run.state()).isEqualTo("succeeded");
    assertThat(run.reason()).isEqualTo(why);
    assertThat(run.attempts().getFirst().detail()).isEqualTo(why);
    assertThat(condition().message()).contains("produced checkpoint", why);
  }

  @Test
  void shouldNotRepeatARunThatALimitEndedBeforeThereWasAStateToKeep() {
    RunSpec spec = started("");
    worker
        .reports(
            spec,
            new StatusReport(
                1,
                Phase.FAILED,
                "sft",
                9,
                0,
                null,
                List.of(),
                null,
                null,
                new StatusReport.Failure("max-seconds", "/limits/maxSeconds 60 is used up")))
        .statusCode(200);
    engine.exit(spec.attempt(), 78, "");
    fixture.pass();

    RunView run = fixture.run(loop);
    assertThat(run.state()).isEqualTo("failed");
    assertThat(run.code()).isEqualTo("limit-reached");
    assertThat(run.reason()).contains("a limit was used up", "maxSeconds 60");

    fixture.seal(loop, 2, 20);
    tick(BEAT);
    assertThat(fixture.run(loop).runId()).isEqualTo(run.runId());
    assertThat(condition().reason()).isEqualTo("LimitReached");
    assertThat(condition().message()).contains("Raise the limit", run.runId());
  }

  @Test
  void shouldWaitForMemoryThatAnotherProcessHoldsAndRememberWhatFitted() {
    RunSpec spec = started("");
    endOutOfMemory(spec, SHARED);
    assertThat(fixture.run(loop).state()).isEqualTo("waiting");
    assertThat(fixture.run(loop).reason())
        .contains("other processes held 40.0 of 80.0 GiB of the accelerator (H100)");
    tick(Duration.ofMinutes(2));
    assertThat(microBatch()).isNull();

    endOutOfMemory(fixture.spec(loop), SHARED);
    assertThat(microBatch()).isEqualTo(4);
    endOutOfMemory(fixture.spec(loop), ALONE);
    assertThat(microBatch()).isEqualTo(2);
    succeed(ALONE);

    fixture.seal(loop, 2, 20);
    clock.advance(Duration.ofHours(1));
    fixture.pass();
    assertThat(fixture.run(loop).state()).isEqualTo("active");
    assertThat(fixture.run(loop).attempts()).hasSize(1);
    assertThat(microBatch()).isEqualTo(2);
  }

  @Test
  void shouldNotRememberWhatFittedBesideAnotherProcess() {
    RunSpec spec = started("");
    endOutOfMemory(spec, ALONE);
    assertThat(microBatch()).isEqualTo(4);
    succeed(SHARED);

    fixture.seal(loop, 2, 20);
    clock.advance(Duration.ofHours(1));
    fixture.pass();
    assertThat(fixture.run(loop).state()).isEqualTo("active");
    assertThat(microBatch()).isNull();
  }

  private void endOutOfMemory(RunSpec spec, Accelerator found) {
    worker.reports(spec, report(spec, Phase.LOADING, 0, 1L, found)).statusCode(200);
    engine.exit(spec.attempt(), 71, "");
    fixture.pass();
  }

  private void succeed(Accelerator found) {
    RunSpec spec = fixture.spec(loop);
    worker.reports(spec, report(spec, Phase.TRAINING, 1, 1L, found)).statusCode(200);
    worker.isDone(spec, 32).statusCode(200);
    assertThat(fixture.run(loop).state()).isEqualTo("succeeded");
  }

  private @Nullable Integer microBatch() {
    return fixture.spec(loop).stages().getFirst().hyperparameters().microBatchSize();
  }

  private LoopCondition condition() {
    return status.status(loop).conditions().getFirst();
  }

  private static StatusReport report(
      RunSpec spec, Phase phase, long step, @Nullable Long work, @Nullable Accelerator found) {
    return new StatusReport(
        spec.fence(), phase, "sft", step, 0, null, List.of(), null, null, null, null, work, found);
  }

  private RunSpec started(String yaml) {
    loop = fixture.loop(yaml.isEmpty() ? "" : "  " + yaml);
    fixture.seal(loop, 1, 20);
    fixture.pass();
    return fixture.spec(loop);
  }

  private List<AttemptView> attempts() {
    return fixture.run(loop).attempts();
  }

  private void tick(Duration duration) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(duration) < 0;
        passed = passed.plus(BEAT)) {
      clock.advance(BEAT);
      fixture.pass();
    }
  }
}
