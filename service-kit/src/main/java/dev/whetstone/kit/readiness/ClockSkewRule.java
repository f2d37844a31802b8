package dev.whetstone.kit.readiness;

import java.time.Duration;
import java.util.Optional;

/** By how much clocks may differ. */
public final class ClockSkewRule {
  private ClockSkewRule() {}

  /**
   * What is wrong, with the remedy after the colon; empty if nothing is.
   *
   * @param skew this machine's clock minus the other one
   * @param other whose clock the other one is, for example {@code the database's}
   */
  public static Optional<String> fault(Duration skew, Duration most, String other) {
    if (skew.abs().compareTo(most) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        "this machine's clock is %d s %s %s, and at most %d s are allowed (whetstone.clock.most-skew): synchronise both with NTP"
            .formatted(
                skew.abs().toSeconds(),
                skew.isNegative() ? "behind" : "ahead of",
                other,
                most.toSeconds()));
  }
}
