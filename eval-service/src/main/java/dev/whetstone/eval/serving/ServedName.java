package dev.whetstone.eval.serving;

import dev.whetstone.contracts.LoopId;

/** Names of adapters on the model servers. They are never reused, since servers cache by name. */
public final class ServedName {
  private static final int DIGITS = 12;

  private ServedName() {}

  /** {@code <tenant>.<loop>.<first 12 digits of the checkpoint id>}. */
  public static String of(LoopId loop, String checkpointId) {
    return prefix(loop) + checkpointId.substring(0, Math.min(DIGITS, checkpointId.length()));
  }

  /** The prefix of the names of all adapters of a loop. */
  public static String prefix(LoopId loop) {
    return loop.tenant() + "." + loop.loop() + ".";
  }
}
