package dev.whetstone.eval.rollout;

import java.time.Instant;

/**
 * The state of a rollout. In {@link Loading} the champion has not changed. In {@link Switched} it
 * has changed, and every replica must confirm it or a new generation restores the former one.
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

  /** The champion changed; not every replica has confirmed. */
  record Switched(Instant deadline) implements RolloutState {
    Applied confirmed() {
      return new Applied();
    }

    RolledBack rolledBack(String reason) {
      return new RolledBack(reason);
    }

    /** Another champion was set before every replica had confirmed this one. */
    Failed replaced(String reason) {
      return new Failed(reason);
    }
  }

  /** Every replica serves the new champion. */
  record Applied() implements RolloutState {}

  /** Ended before the champion changed, or because it was replaced before it was confirmed. */
  record Failed(String reason) implements RolloutState {}

  /** The former champion was restored. */
  record RolledBack(String reason) implements RolloutState {}
}
