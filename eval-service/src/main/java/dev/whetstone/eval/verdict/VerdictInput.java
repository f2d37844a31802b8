package dev.whetstone.eval.verdict;

import dev.whetstone.contracts.decision.GateResult;
import dev.whetstone.contracts.loop.RolloutMode;
import java.util.List;

/**
 * Everything that a verdict is computed from.
 *
 * @param gates results of the enforced and the shadow gates
 * @param faults why the candidate cannot be served at all, for example a truncated adapter
 * @param holds why a person must decide, for example no golden set in the first round
 * @param doubts why the measurement is unreliable, for example a server that answers differently
 *     when asked again
 */
public record VerdictInput(
    List<GateResult> gates,
    List<String> faults,
    List<String> holds,
    List<String> doubts,
    RolloutMode mode) {
  public VerdictInput {
    gates = List.copyOf(gates);
    faults = List.copyOf(faults);
    holds = List.copyOf(holds);
    doubts = List.copyOf(doubts);
  }
}
