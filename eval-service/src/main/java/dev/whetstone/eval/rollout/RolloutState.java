package dev.whetstone.eval.rollout;

import java.time.Instant;

/**
 * How far a promotion has come. Up to {@link Loading} the champion is untouched; {@link Switched}
 * means that it moved and must be confirmed by every replica, or another generation points back.
 */
public sealed interface RolloutState {
  /** The adapter is being loaded and probed on every replica. */
  record Loading(Instant deadline) implements RolloutState {
    Switched switched(Instant confirmBy) {
      return new Switched(confirmBy);
    }

    Failed failed(String reason) {
      return new Failed(reason);
    }
  }

  /** The champion moved; replicas have not all confirmed. */
  record Switched(Instant deadline) implements RolloutState {
    Applied confirmed() {
      return new Applied();
    }

    RolledBack rolledBack(String reason) {
      return new RolledBack(reason);
    }

    /** Another champion was set before every replica had confirmed this one. */
    Failed overtaken(String reason) {
      return new Failed(reason);
    }
  }

  /** Every replica answers with the new champion. */
  record Applied() implements RolloutState {}

  /** Given up before the champion moved, or when it had moved on to another. */
  record Failed(String reason) implements RolloutState {}

  /** The champion moved and was moved back. */
  record RolledBack(String reason) implements RolloutState {}
}
