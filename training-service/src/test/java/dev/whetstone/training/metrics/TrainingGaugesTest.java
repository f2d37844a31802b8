package dev.whetstone.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.kit.metrics.KitMeter;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.training.TestLeaseClock;
import dev.whetstone.training.TrainingFixture;
import dev.whetstone.training.WorkerDouble;
import dev.whetstone.training.engine.FakeComputeEngine;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gauges follow the rows of batches, runs, attempts and checkpoints. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class TrainingGaugesTest {
  private static final double HOUR = 3_600;
  @Inject TrainingFixture fixture;
  @Inject TestLeaseClock clock;
  @Inject FakeComputeEngine engine;
  @Inject WorkerDouble worker;
  @Inject TrainingGauges gauges;
  @Inject MeterRegistry registry;

  @BeforeEach
  @AfterEach
  void endAllRuns() {
    engine.limit(Integer.MAX_VALUE);
    fixture.endAllRuns();
  }

  @Test
  void shouldFollowAnItemFromStageToStage() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    clock.advance(Duration.ofHours(2));
    gauges.measure();
    assertThat(stage("batch", loop)).isGreaterThanOrEqualTo(2 * HOUR);
    assertThat(stage("run", loop)).isNull();

    engine.limitToRunning();
    fixture.pass();
    clock.advance(Duration.ofHours(1));
    gauges.measure();
    assertThat(stage("batch", loop)).isNull();
    assertThat(stage("run", loop)).isEqualTo(HOUR);
    assertThat(stage("queue", loop)).isEqualTo(HOUR);
    assertThat(runs("queued")).isEqualTo(1);

    engine.limit(Integer.MAX_VALUE);
    fixture.pass();
    gauges.measure();
    assertThat(stage("queue", loop)).isNull();
    assertThat(runs("running")).isEqualTo(1);
    assertThat(runs("queued")).isZero();

    worker.isDone(fixture.spec(loop), 30).statusCode(200);
    clock.advance(Duration.ofMinutes(30));
    gauges.measure();
    assertThat(stage("run", loop)).isNull();
    assertThat(stage("candidate", loop)).isEqualTo(HOUR / 2);
    assertThat(runs("running")).isZero();
  }

  @Test
  void shouldShowTheRunThatMakesNoProgress() {
    LoopId loop = started("");
    for (int report = 0; report <= 40; report++) {
      worker.trains(fixture.spec(loop), 1).statusCode(200);
      clock.advance(Duration.ofSeconds(10));
      fixture.pass();
    }
    LoopId other = started("");
    worker.trains(fixture.spec(other), 1).statusCode(200);

    gauges.measure();

    assertThat(progressAge()).isEqualTo(410);
    fixture.endAllRuns();
    gauges.measure();
    assertThat(progressAge()).isZero();
  }

  @Test
  void shouldShowWhatIsUsedOfABudgetOfTheLastDay() {
    LoopId loop = started("  budgets: {maxRunsPerDay: 3, maxGpuSecondsPerDay: 5000}");
    LoopId unlimited = started("  budgets: {maxRunsPerDay: 0, maxGpuSecondsPerDay: 0}");
    LoopId idle = fixture.loop("  budgets: {maxRunsPerDay: 3}");
    clock.advance(Duration.ofSeconds(1_000));

    gauges.measure();

    assertThat(budget("used", "runs", loop)).isEqualTo(1);
    assertThat(budget("limit", "runs", loop)).isEqualTo(3);
    assertThat(budget("used", "gpu_seconds", loop)).isEqualTo(1_000);
    assertThat(budget("limit", "gpu_seconds", loop)).isEqualTo(5_000);
    assertThat(budget("used", "runs", unlimited)).isEqualTo(1);
    assertThat(budget("limit", "runs", unlimited)).isNull();
    assertThat(budget("used", "runs", idle)).isNull();

    fixture.endAllRuns();
    clock.advance(Duration.ofDays(2));
    gauges.measure();
    assertThat(budget("used", "runs", loop)).isNull();
  }

  @Test
  void shouldNotShowWhatWaitsInALoopThatIsPaused() {
    LoopId loop = fixture.loop();
    fixture.seal(loop, 1, 20);
    fixture.change(loop, LoopState.PAUSED, 2);

    gauges.measure();

    assertThat(stage("batch", loop)).isNull();
    assertThat(value(KitMeter.STAGE_OLDEST_AGE.meterName(), "stage", "batch", "other")).isZero();
  }

  private LoopId started(String yaml) {
    LoopId loop = fixture.loop(yaml);
    fixture.seal(loop, 1, 20);
    fixture.pass();
    return loop;
  }

  private @Nullable Double stage(String stage, LoopId loop) {
    return value(KitMeter.STAGE_OLDEST_AGE.meterName(), "stage", stage, loop.key());
  }

  private double runs(String state) {
    return registry
        .get(TrainingMeter.UNFINISHED_RUNS.meterName())
        .tag("state", state)
        .gauge()
        .value();
  }

  private double progressAge() {
    return registry.get(TrainingMeter.PROGRESS_OLDEST_AGE.meterName()).gauge().value();
  }

  private @Nullable Double budget(String part, String budget, LoopId loop) {
    return value("whetstone.training.budget." + part, "budget", budget, loop.key());
  }

  private @Nullable Double value(String name, String label, String value, String loop) {
    Gauge gauge = registry.find(name).tag(label, value).tag("loop", loop).gauge();
    return gauge == null ? null : gauge.value();
  }
}
