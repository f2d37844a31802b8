package dev.whetstone.eval.gate;

import dev.whetstone.contracts.loop.GateRole;

/**
 * The parameters of a gate.
 *
 * @param name unique within the decision
 * @param metric name of the scores
 * @param margin superiority: least difference; non-inferiority: allowed loss
 * @param minItems least number of items; with fewer the gate is undecided
 * @param alpha one-sided level, 0 to 0.5
 * @param enforced false for a gate that is only shown
 */
public record GatePolicy(
    String name,
    GateRole role,
    String metric,
    double margin,
    int minItems,
    double alpha,
    boolean enforced) {
  public GatePolicy {
    if (!(alpha > 0 && alpha < 0.5)) {
      throw new IllegalArgumentException(
          "gate " + name + ": alpha must lie between 0 and 0.5, not " + alpha);
    }
  }

  /** Level of the two-sided interval whose ends are the one-sided bounds. */
  double level() {
    return 1 - 2 * alpha;
  }
}
