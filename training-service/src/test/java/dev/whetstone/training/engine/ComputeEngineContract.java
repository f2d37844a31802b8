package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.training.engine.ComputeEngine.Launch;
import dev.whetstone.training.engine.ComputeEngine.Manner;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import dev.whetstone.training.plan.HyperparameterAdjustment;
import dev.whetstone.training.plan.RunPlan;
import dev.whetstone.training.plan.RunSpecBuilder;
import dev.whetstone.training.plan.TestLoopSpecs;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every compute engine must do, the fake one of the other tests included. */
abstract class ComputeEngineContract {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  abstract ComputeEngine engine();

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
  void shouldRunAWorkerAndTellItsExitCode() {
    RunSpec spec = spec();

    assertThat(engine().launch(spec, "token")).isInstanceOf(Launch.Started.class);
    assertThat(engine().poll(spec.attempt())).isInstanceOf(Observation.Running.class);
    end(spec.attempt(), 65);

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(65);
  }

  @Test
  void shouldStartOneWorkerHoweverOftenItIsAsked() {
    RunSpec spec = spec();

    engine().launch(spec, "token");
    engine().launch(spec, "other token");
    end(spec.attempt(), 0);
    awaitExit(spec.attempt());
    engine().launch(spec, "token");

    assertThat(starts(spec.attempt())).isEqualTo(1);
    assertThat(awaitExit(spec.attempt()).code()).isZero();
  }

  @Test
  void shouldEndAWorkerAtOnce() {
    RunSpec spec = spec();
    engine().launch(spec, "token");

    engine().stop(spec.attempt(), Manner.AT_ONCE);

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(137);
    engine().stop(spec.attempt(), Manner.AT_ONCE);
  }

  @Test
  void shouldLetAWorkerSaveBeforeItEnds() {
    RunSpec spec = spec();
    engine().launch(spec, "token");
    awaitReadyForSignals(spec.attempt());

    engine().stop(spec.attempt(), Manner.POLITELY);

    assertThat(awaitExit(spec.attempt()).code()).isEqualTo(75);
  }

  /** A real worker needs a moment before it can be asked to save. */
  void awaitReadyForSignals(String attemptId) {}

  Observation.Exited awaitExit(String attemptId) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> engine().poll(attemptId) instanceof Observation.Exited);
    return (Observation.Exited) engine().poll(attemptId);
  }

  static RunSpec spec() {
    RunPlan plan =
        new RunPlan(
            List.of(),
            List.of(),
            1,
            0,
            new RunSpec.Hyperparameters(1, 8, null, 1e-4, 0, 0, false, false),
            1,
            List.of(),
            null,
            null,
            HyperparameterAdjustment.NOTHING);
    String run = "run-contract" + NUMBERS.incrementAndGet();
    return RunSpecBuilder.build(
        TestLoopSpecs.training(""),
        plan,
        new RunSpecBuilder.AttemptFacts(
            run, run + "-1", 1, null, null, "file:///o/", "http://127.0.0.1:1"));
  }
}
