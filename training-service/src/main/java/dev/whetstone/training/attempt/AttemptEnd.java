package dev.whetstone.training.attempt;

import org.jspecify.annotations.Nullable;

/** How an attempt ended without a checkpoint. */
public sealed interface AttemptEnd {
  /** In a sentence. */
  String detail();

  /** For tables and metrics; from a bounded set. */
  String outcome();

  /** The worker's exit code, where it is known. */
  default @Nullable Integer exitCode() {
    return null;
  }

  /** Whether it is known to have ended because its loss was no number any more. */
  default boolean diverged() {
    return false;
  }

  /** The worker ended by itself. */
  record Exited(int code, String detail, boolean diverged) implements AttemptEnd {
    /** For any other reason than divergence. */
    public Exited(int code, String detail) {
      this(code, detail, false);
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

  /** Nothing was heard of it, or its step stood still, or it took too long. */
  record Lost(String detail) implements AttemptEnd {
    @Override
    public String outcome() {
      return "lost";
    }
  }

  /** It says that it is done, and its output does not verify. */
  record BadOutput(String detail) implements AttemptEnd {
    @Override
    public String outcome() {
      return "bad_output";
    }
  }

  /** The compute engine would not start it. */
  record Refused(String detail) implements AttemptEnd {
    @Override
    public String outcome() {
      return "refused";
    }
  }
}
