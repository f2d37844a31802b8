package dev.whetstone.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestartPolicyTest {
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 2", "4, 4", "5, 8", "7, 32", "8, 60", "40, 60"})
  void shouldWaitLongerTheMoreOftenItFails(int failures, long seconds) {
    assertThat(new RestartPolicy(failures).pause()).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void shouldResetAfterALongRun() {
    assertThat(new RestartPolicy(7).afterExit(Duration.ofMinutes(5)).pause())
        .isEqualTo(Duration.ZERO);
    assertThat(new RestartPolicy(7).afterExit(Duration.ofSeconds(5)).failures()).isEqualTo(8);
  }
}
