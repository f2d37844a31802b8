package dev.whetstone.kit.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryBackoffTest {
  @ParameterizedTest
  @CsvSource({
    "PT1S, 2, PT1M, 0, PT0S",
    "PT1S, 2, PT1M, -3, PT0S",
    "PT1S, 2, PT1M, 1, PT1S",
    "PT1S, 2, PT1M, 2, PT2S",
    "PT1S, 2, PT1M, 6, PT32S",
    "PT1S, 2, PT1M, 7, PT1M",
    "PT1S, 2, PT1M, 2147483647, PT1M",
    "PT2S, 1.5, PT1H, 3, PT4.5S",
    "PT5S, 1, PT5S, 9, PT5S",
    "PT2M, 2, PT1M, 1, PT1M",
    "PT0S, 2, PT1M, 8, PT0S",
    "PT0.2S, 2, PT10S, 6, PT6.4S",
    "PT0.2S, 2, PT10S, 7, PT10S",
  })
  void shouldGrowUpToTheLongestPause(
      Duration first, double factor, Duration longest, int failures, Duration pause) {
    assertThat(new RetryBackoff(first, factor, longest, 0).pause(failures)).isEqualTo(pause);
  }

  @Test
  void shouldShortenPausesByAtMostTheJitter() {
    RetryBackoff backoff =
        RetryBackoff.doubling(Duration.ofSeconds(4), Duration.ofMinutes(1)).withJitter(0.25);
    Random random = new Random(7);

    for (int i = 0; i < 1_000; i++) {
      assertThat(backoff.pause(2, random)).isBetween(Duration.ofSeconds(6), Duration.ofSeconds(8));
    }
    assertThat(backoff.pause(2, new Random(7))).isEqualTo(backoff.pause(2, new Random(7)));
    assertThat(backoff.pause(2)).isEqualTo(Duration.ofSeconds(8));
  }

  @Test
  void shouldNotJitterUnlessAsked() {
    RetryBackoff backoff = RetryBackoff.doubling(Duration.ofSeconds(1), Duration.ofMinutes(1));

    assertThat(backoff.pause(3, new Random(1))).isEqualTo(Duration.ofSeconds(4));
  }

  @ParameterizedTest
  @CsvSource({
    "PT-1S, 2, PT1M, 0, pauses must not be negative",
    "PT1S, 2, PT-1M, 0, pauses must not be negative",
    "PT1S, 0.5, PT1M, 0, factor must be at least 1",
    "PT1S, NaN, PT1M, 0, factor must be at least 1",
    "PT1S, Infinity, PT1M, 0, factor must be at least 1",
    "PT1S, 2, PT1M, 1.5, jitter must be from 0 to 1",
    "PT1S, 2, PT1M, NaN, jitter must be from 0 to 1",
  })
  void shouldRefuseValuesOutOfRange(
      Duration first, double factor, Duration longest, double jitter, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetryBackoff(first, factor, longest, jitter))
        .withMessageContaining(reason);
  }
}
