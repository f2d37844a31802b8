package dev.whetstone.eval.gate;

import dev.whetstone.contracts.decision.GateResult;

/** Which items of a role a gate result covers. */
public enum GateKind {
  /** All items of the role: the gate that the loop declares. */
  ROLE,
  /** Some items of the role, or a shadow suite: a slice, the critical items, a suite. */
  PART;

  /** The kind of a result: only the result of a whole role has the role's name. */
  public static GateKind of(GateResult result) {
    return result.name().equals(result.role().name()) ? ROLE : PART;
  }
}
