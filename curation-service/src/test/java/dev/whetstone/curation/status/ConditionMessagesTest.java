package dev.whetstone.curation.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.curation.fate.Fate;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConditionMessagesTest {
  @Test
  void shouldNameEveryFateThatEventsHave() {
    assertThat(
            ConditionMessages.receiving(
                    Map.of(Fate.WAITING, 1L, Fate.CONTEXT, 100L, Fate.REJECTED, 11_900L))
                .message())
        .as("the parts add up to the total")
        .isEqualTo(
            "12,001 events: 0 used, 0 ready, 1 waiting, 0 quarantined, 11,900 rejected, 100 context");
  }

  @Test
  void shouldWriteNumbersInTheSameWayOnEveryMachine() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(ConditionMessages.receiving(Map.of(Fate.USED, 1_234L)).message())
          .startsWith("1,234 events: 1,234 used");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void shouldSayThatNothingHasArrived() {
    assertThat(ConditionMessages.receiving(Map.of()).message())
        .isEqualTo("no event has arrived yet");
  }
}
