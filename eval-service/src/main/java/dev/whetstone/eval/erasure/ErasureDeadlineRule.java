package dev.whetstone.eval.erasure;

import dev.whetstone.contracts.loop.LoopSpec;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a champion that is trained on erased data has to be out of service. */
public final class ErasureDeadlineRule {
  /** For loops that declare none. */
  static final Duration DEFAULT = Duration.ofDays(30);

  private ErasureDeadlineRule() {}

  /**
   * The deadline of a champion.
   *
   * @param taintedAt when it was first reported as trained on erased data
   */
  public static Instant deadline(LoopSpec loop, Instant taintedAt) {
    Duration declared = loop.spec().retention().erasureDeadline();
    return taintedAt.plus(declared == null ? DEFAULT : declared);
  }

  /**
   * Whether a champion's deadline is over.
   *
   * @param taintedAt null for a champion that is not tainted
   */
  public static boolean isOver(LoopSpec loop, @Nullable Instant taintedAt, Instant now) {
    return taintedAt != null && !now.isBefore(deadline(loop, taintedAt));
  }
}
