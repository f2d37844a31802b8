package dev.whetstone.curation.fate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeadlineRuleTest {
  private static final Instant RECEIVED = Instant.parse("2026-01-01T00:00:00Z");

  @ParameterizedTest
  @CsvSource({
    // window, backlog, read after: waits until, after it was received
    "PT2M, PT1H, PT0S, PT1H",
    "PT2M, PT1M, PT0S, PT2M",
    "P7D, PT1H, PT0S, P7D",
    "P7D, PT1H, P8D, P8DT1H",
    "PT2M, PT0S, PT5M, PT5M",
  })
  void shouldWaitForTheWindowAndAtLeastForTheBacklog(
      Duration window, Duration backlog, Duration readAfter, Duration until) {
    assertThat(DeadlineRule.ofWaiting(RECEIVED, window, backlog, RECEIVED.plus(readAfter)))
        .isEqualTo(RECEIVED.plus(until));
  }
}
