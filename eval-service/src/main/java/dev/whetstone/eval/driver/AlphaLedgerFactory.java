package dev.whetstone.eval.driver;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.statistics.AlphaLedger;
import dev.whetstone.eval.statistics.AlphaSpending;
import dev.whetstone.eval.statistics.LordPlusPlus;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds the alpha ledger for a loop's next look from the loop's decisions so far. */
final class AlphaLedgerFactory {
  private AlphaLedgerFactory() {}

  /**
   * @param decisions of the loop, oldest first
   * @param champion checkpoint id of the champion that the candidate is compared with; absent for
   *     the base. A rollback restores a champion under a new generation; the alpha that was spent
   *     against it stays spent.
   */
  static AlphaLedger ledger(
      LoopSpec.Evaluation declared, List<Decision> decisions, @Nullable String champion) {
    List<Decision> looks =
        decisions.stream().filter(decision -> decision.body().alphaSpent() > 0).toList();
    if (declared.sequential().equals("lord")) {
      return new LordPlusPlus(
          declared.falseDiscoveryRate(),
          looks.stream().map(decision -> decision.verdict() == Verdict.PROMOTE).toList());
    }
    long spent =
        looks.stream()
            .filter(decision -> Objects.equals(decision.body().champion(), champion))
            .count();
    return new AlphaSpending(declared.alpha(), (int) spent);
  }
}
