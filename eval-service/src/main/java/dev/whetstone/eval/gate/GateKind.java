package dev.whetstone.eval.gate;

import dev.whetstone.contracts.decision.GateResult;

/** Which items of a role a gate result covers. */
public enum GateKind {
  /** All items of the role: the gate that the loop declares. */
  ROLE,
  /** Some of them, or a suite outside the gates: a slice, the critical items, a shadow suite. */
  PART;

  /** The kind of a result: only the result of a whole role has the role's own name. */
  public static GateKind of(GateResult result) {
    return result.name().equals(result.role().name()) ? ROLE : PART;
  }
}
