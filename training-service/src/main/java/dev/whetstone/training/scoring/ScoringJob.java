package dev.whetstone.training.scoring;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import java.time.Duration;
import java.time.Instant;

/** A scoring job in one of its states; each offers only the moves that are legal from it. */
public sealed interface ScoringJob {
  Facts facts();

  /**
   * What does not change.
   *
   * @param request as eval sent it
   */
  record Facts(LoopId loop, ScoringEvent.Requested request, Instant requestedAt) {
    public String jobId() {
      return request.scoringId();
    }
  }

  /** A job that has not ended. */
  sealed interface Unfinished extends ScoringJob {
    /** The number of its newest attempt; 0 before the first. */
    long fence();

    /** Attempts that failed by themselves. */
    int failures();

    /** Another attempt follows. */
    default Waiting retry(int newFailures, Instant dueAt, String reason) {
      return new Waiting(facts(), fence(), newFailures, dueAt, reason);
    }

    /** Ends without scores. */
    default Failed fail(String code, String reason) {
      return new Failed(facts(), code, reason);
    }
  }

  /**
   * No worker runs.
   *
   * @param reason what it waits for; empty for nothing
   */
  record Waiting(Facts facts, long fence, int failures, Instant dueAt, String reason)
      implements Unfinished {
    /** Claims the launch of the next attempt's worker. */
    public Launching claim(Instant until) {
      return new Launching(facts, fence + 1, failures, until);
    }
  }

  /** One reconciler may launch the attempt's worker until its claim ends. */
  record Launching(Facts facts, long fence, int failures, Instant claimedUntil)
      implements Unfinished {
    /** Claims the launch again, after a claim that ended. */
    public Launching claimAgain(Instant until) {
      return new Launching(facts, fence, failures, until);
    }

    public Running launched() {
      return new Running(facts, fence, failures);
    }

    /** The engine started nothing, so the attempt's number is free again. */
    public Waiting defer(Instant now, Duration pause, String reason) {
      return new Waiting(facts, fence - 1, failures, now.plus(pause), reason);
    }
  }

  /** The attempt's worker was started. */
  record Running(Facts facts, long fence, int failures) implements Unfinished {
    public Completed complete() {
      return new Completed(facts);
    }
  }

  /** The scores are published. */
  record Completed(Facts facts) implements ScoringJob {}

  /** There will be no scores. */
  record Failed(Facts facts, String code, String reason) implements ScoringJob {}
}
