package dev.whetstone.eval.verdict;

import dev.whetstone.contracts.decision.GateOutcome;
import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.eval.gate.GateKind;
import java.util.ArrayList;
import java.util.List;

/**
 * From findings to one verdict. Where several apply, the first of REJECT, HOLD, INCONCLUSIVE and
 * PROMOTE wins. Only what was measured rejects: a candidate that could not be measured is held, and
 * where the measurement is in doubt no gate's failure counts. What would be promoted is held
 * instead where a person has to say yes; a rejected or undecided candidate needs nobody's yes.
 */
public final class VerdictRule {
  private VerdictRule() {}

  public static VerdictResult decide(VerdictInput findings) {
    if (!findings.faults().isEmpty()) {
      return judgement(Verdict.HOLD, findings.faults());
    }
    List<String> reject = enforced(findings, GateOutcome.FAILED);
    if (!reject.isEmpty() && findings.doubts().isEmpty()) {
      return judgement(Verdict.REJECT, reject);
    }
    List<String> hold = new ArrayList<>(findings.holds());
    hold.addAll(enforced(findings, GateOutcome.NOT_MEASURED));
    if (findings.gates().stream().noneMatch(VerdictRule::isFresh)) {
      hold.add("no FRESH gate is enforced, so nothing can show that the candidate is better");
    }
    if (!hold.isEmpty()) {
      hold.addAll(findings.doubts());
      return judgement(Verdict.HOLD, hold);
    }
    List<String> inconclusive = new ArrayList<>(findings.doubts());
    inconclusive.addAll(enforced(findings, GateOutcome.UNDECIDED));
    if (!inconclusive.isEmpty()) {
      return judgement(Verdict.INCONCLUSIVE, inconclusive);
    }
    // A slice or the critical items are named in the reason only when they fail.
    List<String> passed =
        findings.gates().stream()
            .filter(gate -> gate.enforced() && GateKind.of(gate) == GateKind.ROLE)
            .map(gate -> gate.name() + " " + gate.reason())
            .toList();
    return switch (findings.mode()) {
      case AUTO, OBSERVE -> judgement(Verdict.PROMOTE, passed);
      case APPROVE -> waiting("a person has to approve", passed);
      case CANARY ->
          waiting("traffic is not yet moved in steps, so a person has to approve", passed);
    };
  }

  private static VerdictResult waiting(String why, List<String> passed) {
    return new VerdictResult(
        Verdict.HOLD, "every gate passed; " + why + ". " + String.join("; ", passed));
  }

  private static VerdictResult judgement(Verdict verdict, List<String> reasons) {
    return new VerdictResult(verdict, String.join("; ", reasons));
  }

  private static boolean isFresh(GateResult gate) {
    return gate.role() == GateRole.FRESH && gate.enforced();
  }

  private static List<String> enforced(VerdictInput findings, GateOutcome outcome) {
    return findings.gates().stream()
        .filter(gate -> gate.enforced() && gate.outcome() == outcome)
        .map(gate -> gate.name() + " " + gate.reason())
        .toList();
  }
}
