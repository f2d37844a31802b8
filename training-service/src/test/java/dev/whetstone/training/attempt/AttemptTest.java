package dev.whetstone.training.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.StatusReport.Phase;
import dev.whetstone.training.TrainingFixture;
import dev.whetstone.training.engine.TestLaunches;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final Duration DEADLINE = Duration.ofMinutes(15);
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Attempt.Live live = starting().launched(NOW, Duration.ofMinutes(3));

  @Test
  void shouldHaveALongerFirstLease() {
    assertThat(live.leaseUntil()).isEqualTo(NOW.plusSeconds(180));
    assertThat(live.reported(report(Phase.LOADING, 0), NOW, LEASE).leaseUntil())
        .isEqualTo(NOW.plusSeconds(180));
  }

  @Test
  void shouldEndTheLongerFirstLeaseWithLoading() {
    Instant loaded = NOW.plusSeconds(10);
    assertThat(live.reported(report(Phase.TRAINING, 1), loaded, LEASE).leaseUntil())
        .isEqualTo(loaded.plus(LEASE));
  }

  @Test
  void shouldRenewItsLeaseWithEveryReport() {
    Instant later = NOW.plusSeconds(170);

    Attempt.Live renewed = live.reported(report(Phase.TRAINING, 1), later, LEASE);

    assertThat(renewed.leaseUntil()).isEqualTo(later.plus(LEASE));
    assertThat(renewed.overdue(later.plus(LEASE), DEADLINE, LONGEST)).isEmpty();
    assertThat(renewed.overdue(later.plus(LEASE).plusMillis(1), DEADLINE, LONGEST)).isPresent();
  }

  @Test
  void shouldCountAsLostWhenItReportsWithoutProgress() {
    Attempt.Live training = live.reported(report(Phase.TRAINING, 5), NOW, LEASE);
    Instant later = NOW.plus(DEADLINE).plusSeconds(1);

    Attempt.Live still = training.reported(report(Phase.TRAINING, 5), later, LEASE);
    Attempt.Live moved = training.reported(report(Phase.TRAINING, 6), later, LEASE);
    Attempt.Live saving = training.reported(report(Phase.SAVING, 5), later, LEASE);

    assertThat(still.overdue(later, DEADLINE, LONGEST).orElseThrow().detail())
        .contains("no progress beyond step 5");
    assertThat(moved.overdue(later, DEADLINE, LONGEST)).isEmpty();
    assertThat(saving.overdue(later, DEADLINE, LONGEST)).isEmpty();
  }

  @ParameterizedTest(name = "work {0} after 7")
  @CsvSource(
      value = {"8, true", "7, false", "6, false", "null, false"},
      nullValues = "null")
  void shouldCountWorkAsProgressWhileTheStepStandsStill(Long work, boolean progress) {
    Instant later = NOW.plusSeconds(30);
    Attempt.Live working = live.reported(report(7L), NOW, LEASE);

    Attempt.Live next = working.reported(report(work), later, LEASE);

    assertThat(next.progressAt()).isEqualTo(progress ? later : NOW);
    assertThat(next.work()).isEqualTo(progress ? 8 : 7);
  }

  private static StatusReport report(Long work) {
    return new StatusReport(
        1, Phase.LOADING, "sft", 0, 0, null, List.of(), null, null, null, null, work, null);
  }

  @Test
  void shouldCountAsLostWhenItTakesTooLong() {
    Instant later = NOW.plus(LONGEST).plusSeconds(1);

    Attempt.Live moving = live.reported(report(Phase.TRAINING, 5), later, LEASE);

    assertThat(moving.overdue(later, DEADLINE, LONGEST).orElseThrow().detail())
        .contains("maxSeconds");
  }

  @Test
  void shouldNeverDecreaseTheStep() {
    Attempt.Live training = live.reported(report(Phase.TRAINING, 5), NOW, LEASE);

    assertThat(training.reported(report(Phase.TRAINING, 3), NOW, LEASE).step()).isEqualTo(5);
  }

  @Test
  void shouldRecordHowItEnded() {
    Attempt.Ended ended = live.end(new AttemptEnd.Exited(137, "killed"), NOW);

    assertThat(ended.outcome()).isEqualTo("failed");
    assertThat(ended.exitCode()).isEqualTo(137);
    assertThat(live.succeed("", NOW).outcome()).isEqualTo("succeeded");
    assertThat(live.supersede("erased", NOW).outcome()).isEqualTo("superseded");
  }

  private static StatusReport report(Phase phase, long step) {
    return TrainingFixture.report(1, phase, step, null);
  }

  private static Attempt.Starting starting() {
    RunSpec spec = TestLaunches.spec("run-1", 1);
    return new Attempt.Starting(new Attempt.Facts("run-1-1", "run-1", 1, spec, NOW));
  }
}
