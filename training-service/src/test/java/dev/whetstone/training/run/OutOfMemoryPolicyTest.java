package dev.whetstone.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.run.StatusReport.Accelerator;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.StartTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutOfMemoryPolicyTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final long GIB = 1L << 30;
  private static final Optional<Accelerator> ALONE =
      Optional.of(new Accelerator("H100", 80 * GIB, 80 * GIB - GIB / 2));
  private static final Optional<Accelerator> SHARED =
      Optional.of(new Accelerator("H100", 80 * GIB, 30 * GIB));

  @ParameterizedTest(name = "batch {0}, micro-batch {1}")
  @CsvSource(
      value = {"16, null, 8", "16, 8, 4", "12, null, 6", "12, 4, 2", "9, null, 3", "7, null, 1"},
      nullValues = "null")
  void shouldHalveTheMicroBatchAtOnceWhenTheAcceleratorWasItsOwn(
      int batch, Integer micro, int expected) {
    for (Optional<Accelerator> found : java.util.List.of(ALONE, Optional.<Accelerator>empty())) {
      NextStep.Again again = (NextStep.Again) after(found, batch, micro, 0);

      assertThat(again.notBefore()).isEqualTo(NOW);
      assertThat(again.tally()).isEqualTo(new RunTally(1, 0, 0, 0, expected));
    }
  }

  @Test
  void shouldGiveUpWhenOneExampleDoesNotFitOnAnAcceleratorOfItsOwn() {
    NextStep step = after(ALONE, 16, 1, 0);

    assertThat(((NextStep.GiveUp) step).reason())
        .startsWith("one example at a time does not fit into memory")
        .contains("maxSequenceLength");
  }

  @Test
  void shouldTryTheSameSizeOnceMoreWhileAnotherProcessHoldsMemory() {
    NextStep.Again first = (NextStep.Again) after(SHARED, 16, null, 0);
    NextStep.Again second = (NextStep.Again) after(SHARED, 16, null, 1);

    assertThat(Duration.between(NOW, first.notBefore())).isEqualTo(Duration.ofMinutes(2));
    assertThat(first.tally()).isEqualTo(new RunTally(1, 0, 0, 1, null));
    assertThat(first.reason())
        .startsWith(
            "other processes held 50.0 of 80.0 GiB of the accelerator (H100) when the worker"
                + " started; it is tried again with the same micro-batch at 2026-11-20T10:02:00Z")
        .endsWith("why");
    assertThat(second.notBefore()).isEqualTo(NOW);
    assertThat(second.tally()).isEqualTo(new RunTally(1, 0, 0, 0, 8));
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 4", "2, 8", "9, 30"})
  void shouldNeverGiveUpOnOneExampleWhileAnotherProcessHoldsMemory(int waits, long minutes) {
    NextStep.Again again = (NextStep.Again) after(SHARED, 16, 1, waits);

    assertThat(Duration.between(NOW, again.notBefore())).hasMinutes(minutes);
    assertThat(again.tally()).isEqualTo(new RunTally(1, 0, 0, waits + 1, 1));
  }

  private static NextStep after(Optional<Accelerator> found, int batch, Integer micro, int waits) {
    return RetryPolicies.after(
        new AttemptEnd.Exited(71, "why"),
        new RetryPolicy.Circumstances(
            new RunTally(1, 2, 3, waits, micro),
            3,
            batch,
            StartTimes.NONE,
            found,
            new PreemptionPolicy.Pauses(3, Duration.ofSeconds(30), Duration.ofMinutes(30)),
            new OutOfMemoryPolicy.Pauses(Duration.ofMinutes(2), Duration.ofMinutes(30)),
            NOW));
  }
}
