package dev.whetstone.kit.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.time.LeaseClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockReadinessTest {
  private static final Instant DATABASE = Instant.parse("2026-11-26T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "0, UP, ''",
    "30, UP, ''",
    "-30, UP, ''",
    "31, DOWN, 31 s ahead of",
    "-3600, DOWN, 3600 s behind"
  })
  void shouldAllowASmallDifferenceOnly(long seconds, Status status, String reason) {
    HealthCheckResponse response = check(seconds, () -> DATABASE).call();

    assertThat(response.getStatus()).isEqualTo(status);
    assertThat(response.getData().orElseThrow().toString()).contains(reason);
  }

  @Test
  void shouldSayThatTheDifferenceIsUnknownWithoutADatabase() {
    LeaseClock silent =
        () -> {
          throw new IllegalStateException("cannot read the database's clock");
        };

    assertThat(check(0, silent).call().getStatus()).isEqualTo(Status.UP);
  }

  private static ClockReadiness check(long secondsAhead, LeaseClock database) {
    Clock machine = Clock.fixed(DATABASE.plusSeconds(secondsAhead), ZoneOffset.UTC);
    return new ClockReadiness(machine, database, Duration.ofSeconds(30));
  }
}
