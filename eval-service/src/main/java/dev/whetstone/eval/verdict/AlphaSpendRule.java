package dev.whetstone.eval.verdict;

import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.GateRole;
import java.util.List;

/**
 * Whether a look spends alpha: the probability of a false promotion over all looks at candidates.
 * Only a look that can promote has such a probability. With fewer FRESH items than the gate needs
 * the gate is undecided whatever the answers are, so that the look spends nothing.
 */
public final class AlphaSpendRule {
  private static final int FEWEST_FOR_AN_INTERVAL = 2;

  private AlphaSpendRule() {}

  /**
   * @param isVoid whether the numbers of the look are void
   * @param minItems least number of items of the FRESH gate; 1 for a loop without that gate
   */
  public static boolean spends(List<GateResult> gates, boolean isVoid, int minItems) {
    int needed = Math.max(FEWEST_FOR_AN_INTERVAL, minItems);
    return !isVoid
        && gates.stream()
            .anyMatch(gate -> gate.name().equals(GateRole.FRESH.name()) && gate.n() >= needed);
  }
}
