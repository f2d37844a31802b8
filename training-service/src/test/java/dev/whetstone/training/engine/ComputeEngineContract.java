package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.scoring.ScoringSpec;
import dev.whetstone.training.engine.ComputeEngine.Launch;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The contract of every compute engine, the fake one of the other tests included. */
abstract class ComputeEngineContract {
  static final LoopId LOOP = TestLaunches.LOOP;

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** The engine under test, with room for every worker that a test starts. */
  abstract ComputeEngine engine();

  /** The engine under test from now on, with room for so many workers at the same time. */
  abstract ComputeEngine engineWithRoomFor(int workers);

  /** Lets the attempt's worker end with a code. */
  abstract void end(String attemptId, int code);

  /** How many workers were started for the attempt. */
  abstract int starts(String attemptId);

  @Test
  void shouldNotKnowAnAttemptThatWasNeverLaunched() {
    assertThat(engine().poll("never")).isInstanceOf(Observation.Unknown.class);
    engine().stop("never", Manner.AT_ONCE);
  }

  @Test
  void shouldRunAWorkerAndReportItsExitCode() {
    RunSpec spec = spec();

    assertTaken(engine().launch(launch(spec, "token")));
    awaitRunning(spec.attempt());
    end(spec.attempt(), 65);

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(65);
  }

  @Test
  void shouldHaveAKindThatLoopsCanName() {
    assertThat(LoopSpec.Engine.KINDS).contains(engine().kind());
  }

  @Test
  void shouldDeferALaunchOverItsBoundUntilAWorkerEnds() {
    ComputeEngine bounded = engineWithRoomFor(1);
    RunSpec first = spec();
    RunSpec second = spec();
    bounded.launch(launch(first, "token"));

    assertThat(bounded.launch(launch(second, "token")))
        .isInstanceOfSatisfying(
            Launch.Deferred.class,
            deferred -> assertThat(deferred.reason()).contains("1 of 1 worker slots"));
    assertThat(bounded.poll(second.attempt())).isInstanceOf(Observation.Unknown.class);
    assertTaken(bounded.launch(launch(first, "token")));

    end(first.attempt(), 0);
    awaitExit(first.attempt());
    assertTaken(bounded.launch(launch(second, "token")));
    awaitRunning(second.attempt());
    end(second.attempt(), 0);
    awaitExit(second.attempt());
  }

  @Test
  void shouldStartOneWorkerForRepeatedLaunches() {
    RunSpec spec = spec();

    engine().launch(launch(spec, "token"));
    engine().launch(launch(spec, "other token"));
    end(spec.attempt(), 0);
    awaitExit(spec.attempt());
    engine().launch(launch(spec, "token"));

    assertThat(starts(spec.attempt())).isEqualTo(1);
    assertThat(awaitExit(spec.attempt()).code()).isZero();
  }

  @Test
  void shouldKillAWorker() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitRunning(spec.attempt());

    engine().stop(spec.attempt(), Manner.AT_ONCE);

    assertThat(codesOfKilled()).contains(awaitExit(spec.attempt()).code());
    engine().stop(spec.attempt(), Manner.AT_ONCE);
  }

  @Test
  void shouldLetAWorkerSaveBeforeItEnds() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());

    engine().stop(spec.attempt(), Manner.POLITELY);

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(75);
  }

  @Test
  void shouldForgetAnAttemptOnceItsWorkerHasEnded() {
    RunSpec spec = spec();
    engine().launch(launch(spec, "token"));
    awaitReadyForSignals(spec.attempt());
    boolean keeps = engine().kept().contains(spec.attempt());

    engine().forget(spec.attempt());
    if (keeps) {
      assertThat(codesOfKilled()).contains(awaitExit(spec.attempt()).code());
      engine().forget(spec.attempt());
      assertThat(engine().poll(spec.attempt())).isInstanceOf(Observation.Unknown.class);
    }

    assertThat(engine().kept()).doesNotContain(spec.attempt());
    engine().forget(spec.attempt());
    engine().forget("never");
  }

  @Test
  void shouldRunAScoringWorkerWhileEveryTrainingSlotIsTaken() {
    ComputeEngine bounded = engineWithRoomFor(1);
    RunSpec training = spec();
    bounded.launch(launch(training, "token"));
    AttemptLaunch scoring = scoring();

    assertTaken(bounded.launch(scoring));
    awaitRunning(scoring.attemptId());
    assertThat(bounded.launch(launch(spec(), "token"))).isInstanceOf(Launch.Deferred.class);

    end(training.attempt(), 0);
    awaitExit(training.attempt());
    RunSpec next = spec();
    assertTaken(bounded.launch(launch(next, "token")));
    end(scoring.attemptId(), 71);
    assertThat(awaitExit(scoring.attemptId()).code()).isEqualTo(71);
    assertThat(starts(scoring.attemptId())).isEqualTo(1);
    end(next.attempt(), 0);
    awaitExit(next.attempt());
  }

  /** A real worker needs a moment before it can be asked to save. */
  void awaitReadyForSignals(String attemptId) {}

  /** What a worker may exit with that is ended at once. */
  Set<Integer> codesOfKilled() {
    return Set.of(137);
  }

  /** How long a worker may take to start, and to end. */
  Duration patience() {
    return Duration.ofSeconds(20);
  }

  private static void assertTaken(Launch answer) {
    assertThat(answer).isInstanceOfAny(Launch.Started.class, Launch.Accepted.class);
  }

  void awaitRunning(String attemptId) {
    await()
        .atMost(patience())
        .pollInterval(Duration.ofMillis(20))
        .until(() -> engine().poll(attemptId) instanceof Observation.Running);
  }

  Observation.Exited awaitExit(String attemptId) {
    await()
        .atMost(patience())
        .pollInterval(Duration.ofMillis(20))
        .until(() -> engine().poll(attemptId) instanceof Observation.Exited);
    return (Observation.Exited) engine().poll(attemptId);
  }

  static AttemptLaunch launch(RunSpec spec, String token) {
    return new AttemptLaunch(LOOP, new WorkerTask.Training(spec), LoopSpec.Engine.PROCESS, token);
  }

  static AttemptLaunch scoring() {
    ScoringSpec spec = TestLaunches.scoringSpec("ev-contract" + NUMBERS.incrementAndGet(), 1);
    return new AttemptLaunch(LOOP, new WorkerTask.Scoring(spec), LoopSpec.Engine.PROCESS, "token");
  }

  static RunSpec spec() {
    return TestLaunches.spec("run-contract" + NUMBERS.incrementAndGet(), 1);
  }
}
