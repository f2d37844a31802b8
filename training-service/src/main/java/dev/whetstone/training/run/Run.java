package dev.whetstone.training.run;

import dev.whetstone.training.plan.RunIdentity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A run in one of its states; each offers only the moves that are legal from it. */
public sealed interface Run {
  RunIdentity identity();

  /** Number of the newest attempt; grows with each (I3). */
  long fence();

  /** A run that may still change. */
  sealed interface Unfinished extends Run {
    /** Ends it for good. */
    default Failed fail(String code, String reason, Instant at) {
      return new Failed(identity(), fence(), code, reason, at);
    }

    /** Ends it because its data was overtaken; what is still wanted trains in another run. */
    default Superseded supersede(String reason, Instant at) {
      return new Superseded(identity(), fence(), reason, at);
    }
  }

  /**
   * No attempt is live; the next may start at {@code notBefore}.
   *
   * @param reason why it waits, in a sentence; absent before the first attempt
   */
  record Waiting(
      RunIdentity identity, long fence, Tally tally, Instant notBefore, @Nullable String reason)
      implements Unfinished {
    /** The next attempt gets the next fence. */
    public Active start() {
      return new Active(identity, fence + 1, tally);
    }

    /** Stays where it is and looks again later. */
    public Waiting postpone(Instant until, String why) {
      return new Waiting(identity, fence, tally, until, why);
    }

    public boolean isDue(Instant now) {
      return !notBefore.isAfter(now);
    }
  }

  /** The attempt with this fence is the one live attempt. */
  record Active(RunIdentity identity, long fence, Tally tally) implements Unfinished {
    /** Its attempt ended and another shall follow. */
    public Waiting retry(NextStep.Again again) {
      return new Waiting(identity, fence, again.tally(), again.notBefore(), again.reason());
    }

    /** Its attempt's checkpoint was verified. */
    public Succeeded succeed(String checkpointId, Instant at) {
      return new Succeeded(identity, fence, checkpointId, at);
    }
  }

  /** It gave a checkpoint. */
  record Succeeded(RunIdentity identity, long fence, String checkpointId, Instant endedAt)
      implements Run {}

  /**
   * It gave none.
   *
   * @param code stable, from a bounded set
   * @param reason in a sentence with the remedy
   */
  record Failed(RunIdentity identity, long fence, String code, String reason, Instant endedAt)
      implements Run {}

  /** It was ended because its data was overtaken. */
  record Superseded(RunIdentity identity, long fence, String reason, Instant endedAt)
      implements Run {}

  /**
   * What went before.
   *
   * @param failures attempts that count against the loop's {@code maxAttempts}
   * @param refusals launches in a row that the compute engine refused
   * @param microBatchSize examples per forward pass after running out of memory
   */
  record Tally(int failures, int refusals, @Nullable Integer microBatchSize) {
    public static final Tally NONE = new Tally(0, 0, null);
  }
}
