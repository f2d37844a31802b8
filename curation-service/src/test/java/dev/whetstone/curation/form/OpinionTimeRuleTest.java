package dev.whetstone.curation.form;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpinionTimeRuleTest {
  private static final Instant RECEIVED = Instant.parse("2026-11-20T10:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "2026-11-20T09:00:00Z, 2026-11-20T09:00:00Z",
    "2026-11-20T10:05:00Z, 2026-11-20T10:05:00Z",
    "2026-11-20T10:05:01Z, 2026-11-20T10:00:00Z",
    "2031-01-01T00:00:00Z, 2026-11-20T10:00:00Z",
    ", 2026-11-20T10:00:00Z"
  })
  void shouldNotBelieveATimeInTheFuture(String occurredAt, String used) {
    assertThat(OpinionTimeRule.of(occurredAt == null ? null : Instant.parse(occurredAt), RECEIVED))
        .isEqualTo(Instant.parse(used));
  }
}
