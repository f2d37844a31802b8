package dev.whetstone.eval.serving;

import dev.whetstone.contracts.LoopId;

/**
 * Names under which adapters are served. They are never reused: servers key their caches by them.
 */
public final class ServedName {
  private static final int DIGITS = 12;

  private ServedName() {}

  /** {@code <tenant>.<loop>.<first 12 digits of the checkpoint id>}. */
  public static String of(LoopId loop, String checkpointId) {
    return prefix(loop) + checkpointId.substring(0, Math.min(DIGITS, checkpointId.length()));
  }

  /** What all adapters of a loop start with. */
  public static String prefix(LoopId loop) {
    return loop.tenant() + "." + loop.loop() + ".";
  }
}
