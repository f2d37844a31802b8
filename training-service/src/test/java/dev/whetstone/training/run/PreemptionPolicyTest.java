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
import org.junit.jupiter.params.provider.ValueSource;

class PreemptionPolicyTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final PreemptionPolicy.Pauses PAUSES =
      new PreemptionPolicy.Pauses(3, Duration.ofSeconds(30), Duration.ofMinutes(30));

  @ParameterizedTest(name = "{0} attempts without progress before")
  @CsvSource({"0, 0", "1, 0", "2, 0", "3, 30", "4, 60", "5, 120", "9, 1800", "400, 1800"})
  void shouldWaitLongerWithEveryAttemptWithoutProgress(int before, long seconds) {
    NextStep.Again again = after(false, before, StartTimes.NONE);

    assertThat(Duration.between(NOW, again.notBefore())).hasSeconds(seconds);
    assertThat(again.tally()).isEqualTo(new RunTally(2, 0, before + 1, 0, 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 400})
  void shouldResumeAtOnceWhenProgressWasSaved(int before) {
    NextStep.Again again = after(true, before, StartTimes.NONE);

    assertThat(again).isEqualTo(new NextStep.Again(NOW, new RunTally(2, 0, 0, 0, 4), "why"));
  }

  @Test
  void shouldSayHowLongTheRunNeedsUndisturbed() {
    StartTimes known = new StartTimes(Optional.of(Duration.ofSeconds(95)), Duration.ofSeconds(9));
    StartTimes unknown = new StartTimes(Optional.empty(), Duration.ofSeconds(9));

    assertThat(after(false, 3, known).reason())
        .startsWith(
            "4 attempts in a row were ended from outside before they saved progress; the next"
                + " starts at 2026-11-20T10:00:30Z. Let the worker run undisturbed for longer than"
                + " 95 s")
        .endsWith("The last: why");
    assertThat(after(false, 3, unknown).reason())
        .contains("undisturbed for longer than 9 s", "without an optimizer step");
    assertThat(after(false, 0, known).reason()).isEqualTo("why");
  }

  private static NextStep.Again after(boolean progressed, int before, StartTimes times) {
    return (NextStep.Again)
        RetryPolicies.after(
            new AttemptEnd.Preempted(75, "why", progressed),
            new RetryPolicy.Circumstances(
                new RunTally(2, 1, before, 0, 4),
                3,
                16,
                times,
                Optional.empty(),
                PAUSES,
                new OutOfMemoryPolicy.Pauses(Duration.ZERO, Duration.ZERO),
                NOW));
  }
}
