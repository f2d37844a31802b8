package dev.whetstone.curation.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopSpec.SplitRatios.Shares;
import dev.whetstone.curation.chain.Specs;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitRuleTest {
  private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHER_KEY = "other".getBytes(StandardCharsets.UTF_8);
  private static final Shares SHARES = new Shares(0.6, 0.1, 0.3);

  @ParameterizedTest
  @CsvSource({
    "c1, u1, conversation:c1",
    ", u1, enduser:u1",
    ", , response:r1",
    "c1, , conversation:c1"
  })
  void shouldSplitWhatBelongsTogetherAsOne(String conversation, String endUser, String subject) {
    assertThat(SplitRule.subject(conversation, endUser, "r1")).isEqualTo(subject);
  }

  @Test
  void shouldMeetTheShares() {
    Map<Split, Integer> counts = new EnumMap<>(Split.class);
    for (int i = 0; i < 20_000; i++) {
      counts.merge(SplitRule.of(KEY, "t/l", "conversation:" + i, SHARES), 1, Integer::sum);
    }
    assertThat(counts.get(Split.TRAIN) / 20_000.0).isCloseTo(0.6, within(0.015));
    assertThat(counts.get(Split.VALIDATION) / 20_000.0).isCloseTo(0.1, within(0.015));
    assertThat(counts.get(Split.TEST) / 20_000.0).isCloseTo(0.3, within(0.015));
  }

  @Property(tries = 200)
  void shouldAlwaysAnswerTheSame(@ForAll String subject) {
    assertThat(SplitRule.of(KEY, "t/l", subject, SHARES))
        .isEqualTo(SplitRule.of(KEY.clone(), "t/l", subject, SHARES));
  }

  /** Train only grows when test shrinks: what was train stays train, validation stays or joins. */
  @Property(tries = 200)
  void shouldNeverTakeFromTrainWhenSharesChange(@ForAll String subject) {
    Split before = SplitRule.of(KEY, "t/l", subject, SHARES);
    Split after = SplitRule.of(KEY, "t/l", subject, new Shares(0.8, 0.1, 0.1));

    assertThat(before != Split.TRAIN || after == Split.TRAIN).isTrue();
  }

  @Test
  void shouldDependOnKeyAndLoop() {
    int otherKey = 0;
    int otherLoop = 0;
    for (int i = 0; i < 1000; i++) {
      Split split = SplitRule.of(KEY, "t/l", "conversation:" + i, SHARES);
      otherKey += split == SplitRule.of(OTHER_KEY, "t/l", "conversation:" + i, SHARES) ? 0 : 1;
      otherLoop += split == SplitRule.of(KEY, "t/m", "conversation:" + i, SHARES) ? 0 : 1;
    }
    assertThat(otherKey).isBetween(450, 650);
    assertThat(otherLoop).isBetween(450, 650);
  }

  @Test
  void shouldChangeSharesAtTheLoopsTarget() {
    LoopSpec spec = Specs.standard();

    assertThat(SplitRule.shares(spec, 399)).isEqualTo(new Shares(0.6, 0.1, 0.3));
    assertThat(SplitRule.shares(spec, 400)).isEqualTo(new Shares(0.8, 0.1, 0.1));
  }
}
