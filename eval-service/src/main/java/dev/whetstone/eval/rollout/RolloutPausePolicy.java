package dev.whetstone.eval.rollout;

import dev.whetstone.eval.rollout.RolloutState.Applied;
import dev.whetstone.eval.rollout.RolloutState.Failed;
import dev.whetstone.eval.rollout.RolloutState.Loading;
import dev.whetstone.eval.rollout.RolloutState.RolledBack;
import dev.whetstone.eval.rollout.RolloutState.Switched;
import java.time.Duration;
import java.time.Instant;

/**
 * When a rollout that cannot continue is tried again: after a quarter of the time that it has
 * taken, between one and thirty seconds, and just after its deadline.
 */
final class RolloutPausePolicy {
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final int SHARE = 4;

  private RolloutPausePolicy() {}

  /**
   * @param confirmDeadline the loop's time limit, from which the deadline was computed
   */
  static Instant nextAttempt(RolloutState state, Duration confirmDeadline, Instant now) {
    Instant deadline =
        switch (state) {
          case Loading loading -> loading.deadline();
          case Switched switched -> switched.deadline();
          case Applied _ -> now;
          case Failed _ -> now;
          case RolledBack _ -> now;
        };
    Duration taken = confirmDeadline.minus(Duration.between(now, deadline));
    Instant next = now.plus(bounded(taken.dividedBy(SHARE)));
    return now.isBefore(deadline) && next.isAfter(deadline)
        ? deadline.plus(Duration.ofMillis(1))
        : next;
  }

  private static Duration bounded(Duration pause) {
    if (pause.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }
}
