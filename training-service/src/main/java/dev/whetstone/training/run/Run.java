package dev.whetstone.training.run;

import dev.whetstone.training.plan.RunIdentity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A run in one of its states; each offers only the moves that are legal from it. */
public sealed interface Run {
  RunIdentity identity();

  /** Number of the newest attempt; increases with each (I3). */
  long fence();

  /** A run that may still change. */
  sealed interface Unfinished extends Run {
    /** Fails the run. */
    default Failed fail(String code, String reason, Instant at) {
      return new Failed(identity(), fence(), code, reason, at);
    }

    /**
     * Ends the run because its data may no longer be used as it is; another run trains on what
     * remains.
     */
    default Superseded supersede(String reason, Instant at) {
      return new Superseded(identity(), fence(), reason, at);
    }
  }

  /**
   * No attempt is live; the next may start at {@code notBefore}.
   *
   * @param reason a sentence that says why it waits; absent before the first attempt
   */
  record Waiting(
      RunIdentity identity, long fence, RunTally tally, Instant notBefore, @Nullable String reason)
      implements Unfinished {
    /** The next attempt gets the next fence. */
    public Active start() {
      return new Active(identity, fence + 1, tally);
    }

    /** The micro-batch that the first attempt starts with. */
    public Waiting withMicroBatch(int size) {
      RunTally from = tally;
      return new Waiting(
          identity,
          fence,
          new RunTally(
              from.failures(), from.refusals(), from.withoutProgress(), from.memoryWaits(), size),
          notBefore,
          reason);
    }

    /** Keeps waiting until a later time. */
    public Waiting postpone(Instant until, String why) {
      return new Waiting(identity, fence, tally, until, why);
    }

    public boolean isDue(Instant now) {
      return !notBefore.isAfter(now);
    }
  }

  /** The attempt with this fence is the one live attempt. */
  record Active(RunIdentity identity, long fence, RunTally tally) implements Unfinished {
    /** Its attempt ended and another follows. */
    public Waiting retry(NextStep.Again again) {
      return new Waiting(identity, fence, again.tally(), again.notBefore(), again.reason());
    }

    /** Its attempt's checkpoint was verified. */
    public Succeeded succeed(String checkpointId, Instant at) {
      return new Succeeded(identity, fence, checkpointId, at);
    }
  }

  /** The run produced a checkpoint. */
  record Succeeded(RunIdentity identity, long fence, String checkpointId, Instant endedAt)
      implements Run {}

  /**
   * The run produced no checkpoint.
   *
   * @param code stable, from a bounded set
   * @param reason a sentence with the remedy
   */
  record Failed(RunIdentity identity, long fence, String code, String reason, Instant endedAt)
      implements Run {}

  /** The run was ended because its data may no longer be used as it is. */
  record Superseded(RunIdentity identity, long fence, String reason, Instant endedAt)
      implements Run {}
}
