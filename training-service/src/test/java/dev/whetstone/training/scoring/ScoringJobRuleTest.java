package dev.whetstone.training.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScoringJobRuleTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Instant DEADLINE = NOW.plus(Duration.ofMinutes(15));
  private static final ScoringJob.Facts FACTS =
      new ScoringJob.Facts(
          new LoopId("acme", "support"),
          new ScoringEvent.Requested(
              "ev-1",
              "ev-1",
              "1".repeat(64),
              new LoopSpec.BaseModel("file:///base", "b".repeat(64), null),
              new ScoringEvent.Items("file:///items", "a".repeat(64), 3),
              List.of(),
              DEADLINE),
          NOW);
  private static final ScoringJob.Waiting NEW = new ScoringJob.Waiting(FACTS, 0, 0, NOW, "");
  private static final ScoringJob.Waiting LATER =
      new ScoringJob.Waiting(FACTS, 1, 1, NOW.plusSeconds(1), "it failed");
  private static final ScoringJob.Launching CLAIMED =
      new ScoringJob.Launching(FACTS, 1, 0, NOW.plusSeconds(1));
  private static final ScoringJob.Launching CLAIM_OVER = new ScoringJob.Launching(FACTS, 1, 0, NOW);
  private static final ScoringJob.Running RUNNING = new ScoringJob.Running(FACTS, 1, 0);
  private static final Observation UNKNOWN = new Observation.Unknown();
  private static final Observation ALIVE = new Observation.Running();
  private static final ScoringMove KEEP = new ScoringMove.Keep();
  private static final ScoringMove LAUNCH = new ScoringMove.Launch();

  record Case(ScoringJob.Unfinished job, Observation seen, ScoringMove move) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case(NEW, UNKNOWN, LAUNCH),
        new Case(NEW, ALIVE, new ScoringMove.StopFormer()),
        new Case(NEW, exited(137), LAUNCH),
        new Case(LATER, UNKNOWN, KEEP),
        new Case(LATER, ALIVE, KEEP),
        new Case(CLAIMED, UNKNOWN, KEEP),
        new Case(CLAIMED, ALIVE, new ScoringMove.RecordLaunch()),
        new Case(CLAIMED, exited(0), new ScoringMove.RecordLaunch()),
        new Case(CLAIM_OVER, UNKNOWN, LAUNCH),
        new Case(RUNNING, ALIVE, KEEP),
        new Case(RUNNING, exited(0), new ScoringMove.VerifyOutput()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldMoveByStateAndObservation(Case given) {
    assertThat(ScoringJobRule.decide(given.job(), null, given.seen(), NOW)).isEqualTo(given.move());
  }

  @Test
  void shouldRetryAFailureWithPausesUpToABound() {
    assertThat(retry(RUNNING, exited(1)).failures()).isEqualTo(1);
    assertThat(retry(RUNNING, exited(1)).dueAt()).isEqualTo(NOW.plusSeconds(5));
    assertThat(retry(running(1), UNKNOWN).dueAt()).isEqualTo(NOW.plusSeconds(10));
    assertThat(ScoringJobRule.decide(running(2), null, exited(137), NOW))
        .isInstanceOfSatisfying(
            ScoringMove.Fail.class,
            fail -> {
              assertThat(fail.code()).isEqualTo("worker-failed");
              assertThat(fail.reason()).contains("3 of at most 3 attempts failed", "137 (killed)");
            });
  }

  @Test
  void shouldNotCountWhatIsNoFailureOfTheWorker() {
    assertThat(retry(running(2), exited(75)).failures()).isEqualTo(2);
    assertThat(retry(running(2), exited(71)))
        .satisfies(
            again -> {
              assertThat(again.failures()).isEqualTo(2);
              assertThat(again.dueAt()).isEqualTo(NOW.plus(Duration.ofMinutes(1)));
            });
  }

  @Test
  void shouldFailAtOnceForInputThatNoRetryCanHelp() {
    StatusReport.Failure reported =
        new StatusReport.Failure("digest-mismatch", "base model /base changed");

    assertThat(ScoringJobRule.decide(RUNNING, reported, exited(65), NOW))
        .isInstanceOfSatisfying(
            ScoringMove.Fail.class,
            fail -> {
              assertThat(fail.code()).isEqualTo("bad-data");
              assertThat(fail.reason()).contains("digest-mismatch: base model /base changed");
            });
  }

  @Test
  void shouldEndEveryUnfinishedJobAtItsDeadline() {
    for (ScoringJob.Unfinished job : List.of(NEW, LATER, CLAIMED, RUNNING)) {
      for (Observation seen : List.of(UNKNOWN, ALIVE, exited(1))) {
        assertThat(ScoringJobRule.decide(job, null, seen, DEADLINE))
            .isInstanceOfSatisfying(
                ScoringMove.Fail.class, fail -> assertThat(fail.code()).isEqualTo("deadline"));
      }
    }
  }

  private static ScoringMove.Retry retry(ScoringJob.Running job, Observation seen) {
    return (ScoringMove.Retry) ScoringJobRule.decide(job, null, seen, NOW);
  }

  private static ScoringJob.Running running(int failures) {
    return new ScoringJob.Running(FACTS, 1 + failures, failures);
  }

  private static Observation exited(int code) {
    return new Observation.Exited(code, "");
  }
}
