package dev.whetstone.ingest.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OccurrenceTimeRuleTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private final OccurrenceTimeRule rule = OccurrenceTimeRule.standard();

  @ParameterizedTest
  @ValueSource(strings = {"2026-11-20T10:05:00Z", "2026-11-20T10:00:00Z", "2024-11-21T00:00:00Z"})
  void shouldAcceptPlausibleTimes(String time) {
    assertThat(rule.check(Instant.parse(time), NOW)).isEmpty();
  }

  @Test
  void shouldAcceptAnItemWithoutATime() {
    assertThat(rule.check(null, NOW)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-11-20T10:05:00.001Z", "2031-01-01T00:00:00Z"})
  void shouldRefuseTimesInTheFuture(String time) {
    Fault fault = catchThrowableOfType(Fault.class, () -> rule.check(Instant.parse(time), NOW));

    assertThat(fault.code()).isEqualTo(FaultCode.INVALID_VALUE);
    assertThat(fault.pointer()).isEqualTo("/occurredAt");
    assertThat(fault.detail()).contains("lies in the future", NOW.toString());
    assertThat(fault.remedy()).contains("at most PT5M ahead");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1971-01-01T00:00:00Z", "2024-11-20T09:59:59Z"})
  void shouldWarnAboutTimesFarInThePast(String time) {
    assertThat(rule.check(Instant.parse(time), NOW))
        .singleElement()
        .satisfies(
            warning -> {
              assertThat(warning.code()).isEqualTo("far-in-the-past");
              assertThat(warning.detail()).contains(time, "more than 730 days ago");
              assertThat(warning.under("/3").pointer()).isEqualTo("/3/occurredAt");
            });
  }
}
