package dev.whetstone.eval.due;

import dev.whetstone.contracts.LoopId;

/**
 * A loop that is due for work.
 *
 * @param version changes with every wake-up, so that news that arrives during the work is not lost
 */
public record DueLoop(LoopId loop, WorkKind kind, long version) {
  /** The name of the lease under which the work runs. */
  public String leaseName() {
    return kind.wireName() + " " + loop.key();
  }
}
