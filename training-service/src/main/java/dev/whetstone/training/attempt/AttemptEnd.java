package dev.whetstone.training.attempt;

import org.jspecify.annotations.Nullable;

/** How an attempt ended without a checkpoint. */
public sealed interface AttemptEnd {
  /** A sentence that says why. */
  String detail();

  /** For tables and metrics; from a bounded set. */
  String outcome();

  /** The worker's exit code, where it is known. */
  default @Nullable Integer exitCode() {
    return null;
  }

  /** Whether it is known to have ended because its loss was not a number. */
  default boolean diverged() {
    return false;
  }

  /** Whether it is known to have ended because the base cannot take nearly all of its rows. */
  default boolean untrainable() {
    return false;
  }

  /** The worker exited. */
  record Exited(int code, String detail, boolean diverged, boolean untrainable)
      implements AttemptEnd {
    /** An end that was caused neither by divergence nor by the rows. */
    public Exited(int code, String detail) {
      this(code, detail, false, false);
    }

    @Override
    public Integer exitCode() {
      return code;
    }

    @Override
    public String outcome() {
      return switch (code) {
        case ExitCodes.PREEMPTED -> "preempted";
        case ExitCodes.STOPPED, ExitCodes.STALE_FENCE -> "stopped";
        default -> "failed";
      };
    }
  }

  /** The worker stopped reporting, made no progress, or took too long. */
  record Lost(String detail) implements AttemptEnd {
    @Override
    public String outcome() {
      return "lost";
    }
  }

  /** The worker exited with success, but its output does not verify. */
  record BadOutput(String detail) implements AttemptEnd {
    @Override
    public String outcome() {
      return "bad_output";
    }
  }

  /** The compute engine refused to start the worker. */
  record Refused(String detail) implements AttemptEnd {
    @Override
    public String outcome() {
      return "refused";
    }
  }
}
