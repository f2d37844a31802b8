package dev.whetstone.eval.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.work.RetryBackoff;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pauses between attempts grow, for rollouts and for what a replica lacks. */
class RolloutPausePolicyTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "PT5M, PT1S",
    "PT4M40S, PT5S",
    "PT3M, PT30S",
    "PT1M, PT30S",
    "PT10S, PT10.001S",
    "PT-1S, PT30S",
  })
  void shouldWaitForAQuarterOfTheTimeTakenAndAtMostUntilTheDeadline(Duration left, Duration pause) {
    for (RolloutState state :
        new RolloutState[] {
          new RolloutState.Loading(NOW.plus(left)), new RolloutState.Switched(NOW.plus(left))
        }) {
      assertThat(RolloutPausePolicy.nextAttempt(state, Duration.ofMinutes(5), NOW))
          .isEqualTo(NOW.plus(pause));
    }
  }

  @Test
  void shouldPauseLongerAfterEachFailureAndForgetThemAfterASuccess() {
    RetryBackoff backoff = RetryBackoff.doubling(Duration.ofSeconds(2), Duration.ofSeconds(7));
    AttemptHistory history = AttemptHistory.NONE;
    assertThat(history.isDue(NOW)).isTrue();
    assertThat(history.description()).isEmpty();

    for (int seconds : new int[] {2, 4, 7, 7}) {
      history = history.failed("HTTP 500", NOW, backoff);
      assertThat(history.next()).isEqualTo(NOW.plusSeconds(seconds));
      assertThat(history.isDue(NOW.plusSeconds(seconds - 1))).isFalse();
      assertThat(history.isDue(NOW.plusSeconds(seconds))).isTrue();
    }
    assertThat(history.description())
        .hasValueSatisfying(text -> assertThat(text).contains("HTTP 500", "2026-11-20T12:00:07Z"));
    assertThat(AttemptHistory.succeeded(NOW).failures()).isZero();
  }
}
