package dev.whetstone.curation.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.tombstone.Tombstone;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErasureProgressTest {
  private static final Instant REQUESTED = Instant.parse("2026-11-01T00:00:00Z");

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # loops done, tainted batches, days later; state, days until, states of the holders
          false true, 0, 0,  erasing,  14, erasing done done done retained
          true true,  0, 0,  retained, 14, done done done done retained
          true true,  0, 15, done,     ,   done done done done done
          true true,  2, 0,  retained, 30, done retained retained retained retained
          true true,  2, 15, retained, 30, done retained retained retained done
          true true,  2, 31, overdue,  30, done overdue overdue overdue done
          true false, 2, 31, erasing,  30, erasing overdue overdue overdue done
          """)
  void shouldSayWhoHoldsWhatUntilWhen(
      String done, int tainted, int days, String state, @Nullable Integer until, String holders) {
    List<String> batches = new ArrayList<>();
    for (int i = 0; i < tainted; i++) {
      batches.add("batch" + i);
    }
    List<Erasure> erasures =
        Arrays.stream(done.split(" "))
            .map(Boolean::valueOf)
            .map(one -> erasure(one, batches))
            .toList();

    var progress =
        ErasureProgress.of(
            erasures,
            Duration.ofDays(30),
            Duration.ofDays(14),
            REQUESTED.plus(Duration.ofDays(days)));

    assertThat(progress.state()).isEqualTo(state);
    assertThat(progress.until())
        .isEqualTo(until == null ? null : REQUESTED.plus(Duration.ofDays(until)));
    assertThat(progress.holders())
        .extracting(ErasureProgress.Holder::state)
        .containsExactly(holders.split(" "));
  }

  private static Erasure erasure(boolean done, List<String> tainted) {
    return new Erasure(
        "era",
        new LoopId("acme", "loop"),
        new Tombstone(Tombstone.Subject.END_USER, "digest", REQUESTED),
        null,
        0,
        done,
        1,
        1,
        tainted,
        REQUESTED,
        done ? REQUESTED : null);
  }
}
