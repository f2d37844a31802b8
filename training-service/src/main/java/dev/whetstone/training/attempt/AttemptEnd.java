package dev.whetstone.training.attempt;

import java.util.OptionalLong;
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
        case ExitCodes.STOPPED, ExitCodes.STALE_FENCE -> "stopped";
        default -> "failed";
      };
    }
  }

  /**
   * The worker was ended from outside: by a signal, or by the directive to save and stop.
   *
   * @param progressed whether it saved a resume point behind the one that it started from
   */
  record Preempted(int code, String detail, boolean progressed) implements AttemptEnd {
    /**
     * @param exited what the worker's exit says
     * @param startStep the step that it started from
     * @param savedStep the step of its newest resume point, if it saved one
     */
    public static Preempted of(Exited exited, long startStep, OptionalLong savedStep) {
      boolean progressed = savedStep.isPresent() && savedStep.getAsLong() > startStep;
      String saved =
          progressed
              ? "it saved a resume point at step " + savedStep.getAsLong()
              : "it saved no progress beyond step " + startStep;
      return new Preempted(exited.code(), exited.detail() + "; " + saved, progressed);
    }

    @Override
    public Integer exitCode() {
      return code;
    }

    @Override
    public String outcome() {
      return "preempted";
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

  /** A reconciler claimed its launch; whether a worker was started is not known. */
  record Unconfirmed(String detail) implements AttemptEnd {
    @Override
    public String outcome() {
      return "lost";
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
