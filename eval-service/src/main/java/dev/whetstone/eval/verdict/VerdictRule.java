package dev.whetstone.eval.verdict;

import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.eval.gate.GateKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes the verdict. If several apply, the first of REJECT, HOLD, INCONCLUSIVE and PROMOTE wins.
 * Only a measurement rejects: a candidate that could not be measured is held, and if the
 * measurement is in doubt, a failed gate does not reject. A candidate that passes every gate is
 * held if a person must approve it. Pure.
 */
public final class VerdictRule {
  private VerdictRule() {}

  public static VerdictResult decide(VerdictInput input) {
    if (!input.faults().isEmpty()) {
      return result(Verdict.HOLD, input.faults());
    }
    List<String> reject = enforced(input, GateOutcome.FAILED);
    if (!reject.isEmpty() && input.doubts().isEmpty()) {
      return result(Verdict.REJECT, reject);
    }
    List<String> hold = new ArrayList<>(input.holds());
    hold.addAll(enforced(input, GateOutcome.NOT_MEASURED));
    if (input.gates().stream().noneMatch(VerdictRule::isFresh)) {
      hold.add("no FRESH gate is enforced, so no gate can show that the candidate is better");
    }
    if (!hold.isEmpty()) {
      hold.addAll(input.doubts());
      return result(Verdict.HOLD, hold);
    }
    List<String> inconclusive = new ArrayList<>(input.doubts());
    inconclusive.addAll(enforced(input, GateOutcome.UNDECIDED));
    if (!inconclusive.isEmpty()) {
      return result(Verdict.INCONCLUSIVE, inconclusive);
    }
    // A slice or the critical items are named in the reason only when they fail.
    List<String> passed =
        input.gates().stream()
            .filter(gate -> gate.enforced() && GateKind.of(gate) == GateKind.ROLE)
            .map(gate -> gate.name() + " " + gate.reason())
            .toList();
    return switch (input.mode()) {
      case AUTO, OBSERVE -> result(Verdict.PROMOTE, passed);
      case APPROVE -> approvalRequired("a person has to approve the promotion", passed);
      case CANARY ->
          approvalRequired(
              "this version does not move traffic in steps, so a person has to approve the"
                  + " promotion",
              passed);
    };
  }

  private static VerdictResult approvalRequired(String why, List<String> passed) {
    return new VerdictResult(
        Verdict.HOLD, "every gate passed; " + why + ". " + String.join("; ", passed));
  }

  private static VerdictResult result(Verdict verdict, List<String> reasons) {
    return new VerdictResult(verdict, String.join("; ", reasons));
  }

  private static boolean isFresh(GateResult gate) {
    return gate.role() == GateRole.FRESH && gate.enforced();
  }

  private static List<String> enforced(VerdictInput input, GateOutcome outcome) {
    return input.gates().stream()
        .filter(gate -> gate.enforced() && gate.outcome() == outcome)
        .map(gate -> gate.name() + " " + gate.reason())
        .toList();
  }
}
