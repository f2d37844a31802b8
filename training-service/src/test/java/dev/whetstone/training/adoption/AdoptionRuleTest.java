package dev.whetstone.training.adoption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.decision.DecisionCost;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.event.EventData.DecisionEvent;
import dev.whetstone.contracts.event.PromotionApplied;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.event.PromotionFailed;
import dev.whetstone.contracts.event.PromotionRolledBack;
import dev.whetstone.contracts.loop.RolloutMode;
import dev.whetstone.training.adoption.AdoptionRule.Effect;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdoptionRuleTest {
  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of(decided(Verdict.PROMOTE), new Effect.Promoted("c")),
        Arguments.of(decided(Verdict.REJECT), new Effect.SetAside("c", "FRESH failed")),
        Arguments.of(decided(Verdict.INCONCLUSIVE), new Effect.KeepPending("c")),
        Arguments.of(decided(Verdict.HOLD), new Effect.KeepPending("c")),
        Arguments.of(new PromotionApplied("d", "c", 1, 2), new Effect.Adopt("c")),
        Arguments.of(new PromotionFailed("d", "c", 1, "timeout"), new Effect.Failed("c")),
        Arguments.of(
            new PromotionRolledBack("d", "c", null, 2, "worse online"),
            new Effect.RollBack("c", "worse online")));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldSayWhatADecisionMakesOfACandidate(DecisionEvent event, Effect expected) {
    assertThat(AdoptionRule.of(event)).isEqualTo(expected);
  }

  private static PromotionDecided decided(Verdict verdict) {
    return new PromotionDecided(
        "d",
        "c",
        null,
        0,
        List.of("b"),
        verdict,
        "FRESH failed",
        RolloutMode.AUTO,
        "p",
        List.of(),
        List.of(),
        0,
        0,
        null,
        "policy",
        new DecisionCost(0, 0, 0, 0));
  }
}
