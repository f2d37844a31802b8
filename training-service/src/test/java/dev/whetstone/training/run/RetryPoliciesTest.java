package dev.whetstone.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.StartTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPoliciesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  @ParameterizedTest(name = "exit {0} after {1} failures")
  @CsvSource({
    // code, failures before, what follows, seconds, failures after
    "65,  0, give up bad-data,      0, 0",
    "1,   0, again,                 1, 1",
    "137, 1, again,                 2, 2",
    "1,   2, give up worker-failed, 0, 0",
    "76,  0, give up stopped,       0, 0",
    "77,  0, give up stopped,       0, 0",
    "78,  0, give up limit-reached, 0, 0",
  })
  void shouldFollowThePolicyOfTheExitCode(
      int code, int before, String follows, long seconds, int after) {
    NextStep step =
        after(new AttemptEnd.Exited(code, "why"), new RunTally(before, 0, 0, 0, null), 3);

    switch (step) {
      case NextStep.Again again -> {
        assertThat(follows).isEqualTo("again");
        assertThat(again.notBefore()).isEqualTo(NOW.plusSeconds(seconds));
        assertThat(again.tally().failures()).isEqualTo(after);
      }
      case NextStep.GiveUp giveUp -> {
        assertThat("give up " + giveUp.code()).isEqualTo(follows);
        assertThat(giveUp.reason()).contains("why");
      }
    }
  }

  @Test
  void shouldWaitLongerEachTimeButNeverGiveUpOnAnEngineThatRefuses() {
    RunTally tally = new RunTally(1, 0, 0, 0, null);
    Duration last = Duration.ZERO;
    for (int i = 0; i < 20; i++) {
      NextStep.Again again = (NextStep.Again) after(new AttemptEnd.Refused("no python"), tally, 2);
      Duration pause = Duration.between(NOW, again.notBefore());
      assertThat(pause)
          .isGreaterThanOrEqualTo(last)
          .isBetween(Duration.ofSeconds(5), Duration.ofMinutes(5));
      last = pause;
      tally = again.tally();
    }
    assertThat(tally.failures()).isEqualTo(1);
    assertThat(last).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void shouldCountLostWorkers() {
    assertThat(after(new AttemptEnd.Lost("silent"), new RunTally(0, 0, 0, 0, null), 1))
        .isEqualTo(
            new NextStep.GiveUp("worker-lost", "1 of at most 1 attempts failed; the last: silent"));
  }

  private static NextStep after(AttemptEnd end, RunTally tally, int maxAttempts) {
    return RetryPolicies.after(end, circumstances(tally, maxAttempts, 16));
  }

  private static RetryPolicy.Circumstances circumstances(
      RunTally tally, int maxAttempts, int batchSize) {
    return new RetryPolicy.Circumstances(
        tally,
        maxAttempts,
        batchSize,
        StartTimes.NONE,
        Optional.empty(),
        new PreemptionPolicy.Pauses(3, Duration.ofSeconds(30), Duration.ofMinutes(30)),
        new OutOfMemoryPolicy.Pauses(Duration.ofMinutes(2), Duration.ofMinutes(30)),
        NOW);
  }
}
