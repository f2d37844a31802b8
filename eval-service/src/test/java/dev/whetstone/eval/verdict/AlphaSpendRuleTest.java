package dev.whetstone.eval.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.GateRole;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlphaSpendRuleTest {
  @ParameterizedTest
  @CsvSource({
    // items, minItems, void: spends
    "0, 1, false, false",
    "1, 1, false, false",
    "2, 1, false, true",
    "199, 200, false, false",
    "200, 200, false, true",
    "200, 200, true, false",
  })
  void shouldSpendOnlyAtALookThatCanPromote(int items, int least, boolean isVoid, boolean spends) {
    List<GateResult> gates = List.of(gate("RETAIN", GateRole.RETAIN, 500), fresh("FRESH", items));

    assertThat(AlphaSpendRule.spends(gates, isVoid, least)).isEqualTo(spends);
  }

  @Test
  void shouldSpendNothingForShadowSuitesAndAnchors() {
    List<GateResult> gates = List.of(fresh("FRESH/extra", 300), fresh("FRESH against base", 300));

    assertThat(AlphaSpendRule.spends(gates, false, 1)).isFalse();
  }

  private static GateResult fresh(String name, int items) {
    return gate(name, GateRole.FRESH, items);
  }

  private static GateResult gate(String name, GateRole role, int items) {
    return new GateResult(
        name,
        role,
        "exact_match",
        items,
        0.5,
        0.6,
        0.1,
        null,
        null,
        0.01,
        true,
        GateOutcome.UNDECIDED,
        "figures");
  }
}
