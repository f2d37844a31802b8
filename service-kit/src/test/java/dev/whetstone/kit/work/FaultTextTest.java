package dev.whetstone.kit.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.kit.json.Json;
import org.junit.jupiter.api.Test;

class FaultTextTest {
  @Test
  void shouldTellOurOwnMessage() {
    assertThat(FaultText.describe(new IllegalStateException("the loop is gone")))
        .isEqualTo("the loop is gone");
  }

  @Test
  void shouldTellOnlyTypeAndPlaceOfAFaultThatQuotesPayload() {
    Throwable fault = catchThrowable(() -> Integer.parseInt("my secret"));

    assertThat(FaultText.describe(fault))
        .startsWith("NumberFormatException at FaultTextTest.java:")
        .doesNotContain("secret");
  }

  @Test
  void shouldTellWhereJsonIsBroken() {
    Throwable fault = catchThrowable(() -> Json.read("{\"kind\": my secret", FeedbackGiven.class));

    assertThat(FaultText.describe(fault)).contains("line 1, column").doesNotContain("secret");
  }
}
