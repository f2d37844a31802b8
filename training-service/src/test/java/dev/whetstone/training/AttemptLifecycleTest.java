package dev.whetstone.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.StatusReport.Phase;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.training.attempt.AttemptView;
import dev.whetstone.training.engine.FakeComputeEngine;
import dev.whetstone.training.reconcile.ReconcilerHeartbeat;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.status.RunView;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How attempts end, and the step that follows. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class AttemptLifecycleTest {
  private static final Duration BEAT = Duration.ofSeconds(10);

  @Inject TrainingFixture fixture;
  @Inject FakeComputeEngine engine;
  @Inject WorkerDouble worker;
  @Inject TestLeaseClock clock;
  @Inject ObjectStore store;
  @Inject UnreliableStore unreliable;
  @Inject RunRepository runs;
  @Inject ReconcilerHeartbeat heartbeat;

  private LoopId loop;

  @AfterEach
  void endAllRuns() {
    unreliable.repair();
    engine.refuse(null);
    fixture.endAllRuns();
  }

  @Test
  void shouldResumeFromTheNewestCompleteResumePointAfterAKill() {
    RunSpec first = started("");
    worker.trains(first, 41).statusCode(200);
    fixture.writeResumePoint(first, 20, true);
    fixture.writeResumePoint(first, 40, false);
    engine.exit(first.attempt(), 137, "Killed");

    fixture.pass();
    tick(Duration.ofSeconds(2));

    RunSpec second = fixture.spec(loop);
    assertThat(second.fence()).isEqualTo(2);
    assertThat(second.resumeFrom()).isNotNull();
    assertThat(second.resumeFrom().uri()).isEqualTo(first.output().uri() + "resume/step-00000020/");
    assertThat(second.output().uri()).isNotEqualTo(first.output().uri());
    assertThat(second.stages()).isEqualTo(first.stages());
    assertThat(attempts().getFirst().detail())
        .isEqualTo("the worker ended with 137 (killed): Killed");
  }

  @Test
  void shouldEndAnAttemptWhoseWorkerFallsSilentAndTellItThatItIsStale() {
    RunSpec first = started("training: {leaseDuration: PT60S}");
    worker.trains(first, 2).statusCode(200);

    tick(Duration.ofSeconds(60));
    assertThat(attempts()).hasSize(1);
    tick(BEAT);

    RunSpec second = fixture.spec(loop);
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("lost", "loading");
    assertThat(engine.stops()).contains(first.attempt());
    worker.trains(first, 3).statusCode(409).body("code", is("stale-fence"));
    worker.isDone(first, 32).statusCode(409);
    worker.trains(second, 1).statusCode(200);
    worker.isDone(second, 32).statusCode(200);
    RunView run = fixture.run(loop);
    assertThat(run.state()).isEqualTo("succeeded");
    assertThat(run.checkpointId())
        .isEqualTo(ContentDigests.sha256(store.read(fixture.key(second, "manifest.json"))));
  }

  @Test
  void shouldEndAnAttemptThatReportsWithoutProgress() {
    RunSpec first = started("training: {progressDeadline: PT2M}");
    for (int i = 0; i < 13; i++) {
      worker.trains(first, 7);
      tick(BEAT);
    }

    assertThat(attempts().getFirst().state()).isEqualTo("lost");
    assertThat(attempts().getFirst().detail()).contains("no progress beyond step 7");
    assertThat(attempts()).hasSize(2);
  }

  @Test
  void shouldGiveEveryLeaseAGracePeriodAfterItsOwnDowntime() {
    RunSpec first = started("training: {leaseDuration: PT60S, progressDeadline: PT5M}");
    worker.trains(first, 1).statusCode(200);

    clock.advance(Duration.ofHours(1));
    fixture.pass();
    assertThat(attempts()).hasSize(1);
    tick(Duration.ofSeconds(50));
    worker.trains(first, 2).statusCode(200);
    tick(Duration.ofSeconds(50));
    assertThat(attempts()).hasSize(1);

    tick(Duration.ofSeconds(30));
    assertThat(attempts()).hasSize(2);
  }

  @Test
  void shouldDetectAHungWorkerThoughPassesTakeAMinute() {
    RunSpec first = started("training: {leaseDuration: PT90S}");
    worker.trains(first, 1).statusCode(200);

    passOfAMinute();
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("training");
    passOfAMinute();

    assertThat(attempts()).extracting(AttemptView::state).contains("lost");
  }

  @Test
  void shouldGiveNoGraceToALeaseThatHadEndedBeforeTheDowntime() {
    RunSpec first = started("training: {leaseDuration: PT60S}");
    worker.trains(first, 1).statusCode(200);
    liveFor(Duration.ofSeconds(65));

    clock.advance(Duration.ofHours(1));
    fixture.pass();

    assertThat(attempts()).extracting(AttemptView::state).contains("lost");
  }

  @Test
  void shouldNotCountDowntimeAsAStepThatStandsStill() {
    RunSpec first = started("training: {leaseDuration: PT60S, progressDeadline: PT2M}");
    worker.trains(first, 1).statusCode(200);

    clock.advance(Duration.ofHours(1));
    fixture.pass();
    worker.trains(first, 1).statusCode(200);
    tick(BEAT);

    assertThat(attempts()).extracting(AttemptView::state).containsExactly("training");
  }

  /** The reconciler is busy with other runs meanwhile. */
  private void passOfAMinute() {
    liveFor(Duration.ofSeconds(60));
    fixture.pass();
  }

  private void liveFor(Duration duration) {
    for (int seconds = 0; seconds < duration.toSeconds(); seconds += 5) {
      clock.advance(Duration.ofSeconds(5));
      heartbeat.sign();
    }
  }

  @Test
  void shouldAcceptTheCheckpointOfAWorkerThatExitedWithoutReportingDone() {
    RunSpec first = started("");
    worker.trains(first, 30).statusCode(200);
    StatusReport.Result result = fixture.writeCheckpoint(first);
    engine.exit(first.attempt(), 0, "");

    fixture.pass();

    assertThat(fixture.run(loop).state()).isEqualTo("succeeded");
    assertThat(fixture.run(loop).checkpointId()).isEqualTo(result.manifestSha256());
    worker
        .reports(first, TrainingFixture.report(1, Phase.DONE, 32, result))
        .statusCode(200)
        .body("directive", is("continue"));
  }

  @Test
  void shouldAcceptARepeatedDoneReportOnceTheStoreIsReadable() {
    RunSpec first = started("");
    StatusReport done = TrainingFixture.report(1, Phase.DONE, 32, fixture.writeCheckpoint(first));
    unreliable.breakFor("adapter_model.safetensors");

    worker.reports(first, done).statusCode(greaterThanOrEqualTo(500));
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("loading");

    unreliable.repair();
    worker.reports(first, done).statusCode(200);
    assertThat(fixture.run(loop).state()).isEqualTo("succeeded");
  }

  @Test
  void shouldWaitForTheStoreUntilTheLeaseEndsWhenTheOutputIsUnreadable() {
    RunSpec first = started("training: {leaseDuration: PT60S}");
    worker.trains(first, 30).statusCode(200);
    fixture.writeCheckpoint(first);
    engine.exit(first.attempt(), 0, "");
    unreliable.breakFor("manifest.json");

    tick(Duration.ofSeconds(60));
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("training");
    tick(BEAT);

    assertThat(attempts().getFirst().state()).isEqualTo("bad_output");
    assertThat(attempts().getFirst().detail()).contains("the disk is away");
  }

  @Test
  void shouldHalveTheNextRunsLearningRateAfterALossThatIsNotANumber() {
    RunSpec first = started("");
    StatusReport.Failure diverged =
        new StatusReport.Failure("diverged", "train_loss is not finite at step 2");
    worker
        .reports(
            first,
            new StatusReport(1, Phase.FAILED, "sft", 2, 0, null, List.of(), null, null, diverged))
        .statusCode(200);
    engine.exit(first.attempt(), 65, "");

    fixture.pass();

    assertThat(fixture.run(loop).state()).isEqualTo("failed");
    assertThat(runs.learned(loop).learningRateFactor()).isEqualTo(0.5);
  }

  @Test
  void shouldSaveAndWaitWhileTheGpuBudgetIsSpentAndResumeAfterwards() {
    RunSpec first = started("budgets: {maxGpuSecondsPerDay: 100}");
    for (int step = 1; step <= 10; step++) {
      worker.trains(first, step).statusCode(200).body("directive", is("continue"));
      tick(BEAT);
    }
    worker.trains(first, 11).statusCode(200).body("directive", is("save_and_stop"));
    fixture.writeResumePoint(first, 11, true);
    engine.exit(first.attempt(), 75, "");
    tick(BEAT.multipliedBy(2));

    assertThat(attempts()).hasSize(1);
    assertThat(fixture.run(loop).state()).isEqualTo("waiting");
    assertThat(fixture.run(loop).reason()).contains("100 GPU seconds", "maxGpuSecondsPerDay");

    clock.advance(Duration.ofDays(1));
    fixture.pass();
    assertThat(attempts()).hasSize(2);
    assertThat(fixture.spec(loop).resumeFrom()).isNotNull();
    worker.trains(fixture.spec(loop), 12).body("directive", is("continue"));
  }

  @Test
  void shouldWaitAndSayWhyWhenItsWorkersAreEvictedWhileTheyLoad() {
    started("training: {maxAttempts: 2}");
    for (int eviction = 1; eviction <= 3; eviction++) {
      tick(BEAT);
      engine.exit(fixture.attempt(loop), eviction == 2 ? 143 : 75, "");
      fixture.pass();
      assertThat(attempts()).hasSize(eviction + 1);
    }
    tick(BEAT);
    engine.exit(fixture.attempt(loop), 75, "");
    fixture.pass();

    RunView run = fixture.run(loop);
    assertThat(run.state()).isEqualTo("waiting");
    assertThat(run.attempts()).extracting(AttemptView::state).containsOnly("preempted").hasSize(4);
    assertThat(run.attempts().getLast().detail())
        .isEqualTo("the worker ended with 75 (preempted); it saved no progress beyond step 0");
    assertThat(run.reason())
        .contains("4 attempts in a row", "undisturbed for longer than 10 s", "starts at");

    tick(Duration.ofSeconds(29));
    assertThat(attempts()).hasSize(4);
    tick(Duration.ofSeconds(1));
    assertThat(attempts()).hasSize(5);
    worker.trains(fixture.spec(loop), 1).statusCode(200);
    worker.isDone(fixture.spec(loop), 32).statusCode(200);
    assertThat(fixture.run(loop).state()).isEqualTo("succeeded");
  }

  @Test
  void shouldFinishARunThatAdvancesHoweverOftenItIsEvicted() {
    RunSpec spec = started("training: {maxAttempts: 2}");
    for (int step = 1; step <= 12; step++) {
      worker.trains(spec, step).statusCode(200);
      fixture.writeResumePoint(spec, step, true);
      engine.exit(spec.attempt(), 75, "");
      fixture.pass();
      assertThat(attempts()).hasSize(step + 1);
      assertThat(attempts().get(step - 1).detail())
          .contains("it saved a resume point at step " + step);
      spec = fixture.spec(loop);
      assertThat(spec.resumeFrom()).isNotNull();
    }
    worker.isDone(spec, 32).statusCode(200);

    assertThat(fixture.run(loop).state()).isEqualTo("succeeded");
  }

  @Test
  void shouldNotVerifyAnAcceptedCheckpointAgainOnARepeatedDoneReport() {
    RunSpec first = started("");
    StatusReport done = TrainingFixture.report(1, Phase.DONE, 32, fixture.writeCheckpoint(first));
    worker.reports(first, done).statusCode(200);
    unreliable.breakFor("adapter_model.safetensors");

    worker.reports(first, done).statusCode(200).body("directive", is("continue"));
  }

  @Test
  void shouldRetryWhenAWorkerExitsWithoutACheckpoint() {
    RunSpec first = started("");
    engine.exit(first.attempt(), 0, "");

    fixture.pass();

    assertThat(attempts()).extracting(AttemptView::state).containsExactly("bad_output");
    assertThat(fixture.run(loop).reason()).contains("manifest.json is not in the store");
  }

  @Test
  void shouldRefuseATruncatedAdapter() throws Exception {
    RunSpec first = started("");
    StatusReport.Result result = fixture.writeCheckpoint(first);
    Path adapter = Path.of(store.uri(fixture.key(first, "adapter/adapter_model.safetensors")));
    Files.write(adapter, "weig".getBytes(StandardCharsets.UTF_8));

    worker
        .reports(first, TrainingFixture.report(1, Phase.DONE, 32, result))
        .statusCode(200)
        .body("directive", is("stop"));

    assertThat(attempts().getFirst().state()).isEqualTo("bad_output");
    assertThat(attempts().getFirst().detail())
        .contains("adapter/adapter_model.safetensors is corrupt");
    assertThat(fixture.run(loop).state()).isEqualTo("waiting");
  }

  @Test
  void shouldNotRetryBadData() {
    RunSpec first = started("");
    StatusReport failed =
        new StatusReport(
            1,
            Phase.FAILED,
            "sft",
            0,
            0,
            null,
            List.of(),
            null,
            null,
            new StatusReport.Failure("template-differs", "row 3 has other token ids"));
    worker.reports(first, failed).statusCode(200);
    engine.exit(first.attempt(), 65, "");

    fixture.pass();

    RunView run = fixture.run(loop);
    assertThat(run.state()).isEqualTo("failed");
    assertThat(run.code()).isEqualTo("bad-data");
    assertThat(run.reason())
        .isEqualTo(
            "the worker ended with 65 (bad data or configuration): template-differs: row 3 has"
                + " other token ids");
  }

  @Test
  void shouldHalveTheMicroBatchWhenMemoryRunsOut() {
    RunSpec first = started("");
    assertThat(first.stages().getFirst().hyperparameters().microBatchSize()).isNull();
    engine.exit(first.attempt(), 71, "");

    fixture.pass();

    assertThat(fixture.spec(loop).stages().getFirst().hyperparameters().microBatchSize())
        .isEqualTo(4);
  }

  @Test
  void shouldGiveUpAfterMaxAttempts() {
    started("training: {maxAttempts: 3}");
    for (int i = 0; i < 3; i++) {
      engine.exit(fixture.attempt(loop), 1, "Traceback\nRuntimeError: no luck");
      fixture.pass();
      tick(Duration.ofSeconds(10));
    }

    assertThat(attempts()).hasSize(3);
    assertThat(fixture.run(loop).code()).isEqualTo("worker-failed");
    assertThat(fixture.run(loop).reason())
        .isEqualTo(
            "3 of at most 3 attempts failed; the last: the worker ended with 1 (an error):"
                + " RuntimeError: no luck");
  }

  @Test
  void shouldShowWhyTheEngineRefusedAndStartAWorkerOnceItAccepts() {
    engine.refuse("Python '/x' does not exist; set WHETSTONE_WORKER_PYTHON");
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.pass();

    assertThat(fixture.run(loop).state()).isEqualTo("waiting");
    assertThat(fixture.run(loop).reason()).contains("set WHETSTONE_WORKER_PYTHON");
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("refused");

    engine.refuse(null);
    tick(Duration.ofSeconds(10));
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("refused", "loading");
  }

  @Test
  void shouldRecordAWorkerThatWasStartedJustBeforeAKill() {
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    engine.failAfterNextLaunch();
    fixture.pass();
    assertThat(attempts()).extracting(AttemptView::state).containsExactly("starting");

    fixture.pass();

    assertThat(attempts()).extracting(AttemptView::state).containsExactly("loading");
    assertThat(engine.launches()).containsOnlyOnce(fixture.attempt(loop));
    worker.trains(fixture.spec(loop), 1).statusCode(200);
  }

  @Test
  void shouldAcceptAReportThatArrivesBeforeTheLaunchIsRecorded() {
    loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    engine.failAfterNextLaunch();
    fixture.pass();

    worker.trains(fixture.spec(loop), 1).statusCode(200).body("directive", is("continue"));

    assertThat(attempts()).extracting(AttemptView::state).containsExactly("training");
  }

  @Test
  void shouldAcceptReportsOfTheAttemptsOwnWorkerOnly() {
    RunSpec first = started("");
    StatusReport report = TrainingFixture.report(1, Phase.TRAINING, 1, null);

    worker.reports(first.attempt(), "wsw_guess", report).statusCode(401);
    worker.reports("run-unknown-1", "wsw_guess", report).statusCode(404);
    worker.reports(first, TrainingFixture.report(2, Phase.TRAINING, 1, null)).statusCode(409);
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

  /** Advances the clock while the reconciler makes its passes. */
  private void tick(Duration duration) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(duration) < 0;
        passed = passed.plus(BEAT)) {
      Duration rest = duration.minus(passed);
      clock.advance(rest.compareTo(BEAT) < 0 ? rest : BEAT);
      fixture.pass();
    }
  }
}
