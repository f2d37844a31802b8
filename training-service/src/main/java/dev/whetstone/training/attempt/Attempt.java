package dev.whetstone.training.attempt;

import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attempt of a run in one of its states; each offers only the moves that are legal from it. */
public sealed interface Attempt {
  Facts facts();

  /**
   * What identifies an attempt and its worker.
   *
   * @param startedAt when its worker was started; before that, when its row was written
   */
  record Facts(String attemptId, String runId, long fence, RunSpec runSpec, Instant startedAt) {}

  /** An attempt that has not ended. */
  sealed interface Unfinished extends Attempt {
    /** Ends without a checkpoint. */
    default Ended end(AttemptEnd end, Instant at) {
      return new Ended(facts(), end.outcome(), end.exitCode(), end.detail(), at);
    }

    /**
     * Ends with a checkpoint.
     *
     * @param detail what is notable about it; empty for nothing
     */
    default Ended succeed(String detail, Instant at) {
      return new Ended(facts(), SUCCEEDED, ExitCodes.DONE, detail, at);
    }

    /** Ends because the data it trains on may no longer be used as it is. */
    default Ended supersede(String reason, Instant at) {
      return new Ended(facts(), "superseded", null, reason, at);
    }
  }

  /** The outcome of an attempt whose checkpoint was accepted. */
  String SUCCEEDED = "succeeded";

  /**
   * Its row exists; only the compute engine knows whether its worker does.
   *
   * @param heldUntil until then nothing is launched: one reconciler has claimed the launch, or the
   *     engine had no room; absent before the first claim
   * @param mayBeLaunched a reconciler claimed the launch and recorded no answer of the engine: its
   *     worker may run, on another host too
   */
  record Starting(Facts facts, @Nullable Instant heldUntil, boolean mayBeLaunched)
      implements Unfinished {
    /** Not yet claimed. */
    public Starting(Facts facts) {
      this(facts, null, false);
    }

    /** Whether the launch is claimed or put off. */
    public boolean isHeld(Instant now) {
      return heldUntil != null && heldUntil.isAfter(now);
    }

    /** It used no time of an accelerator. */
    @Override
    public Ended end(AttemptEnd end, Instant at) {
      return new Ended(startedAt(at), end.outcome(), end.exitCode(), end.detail(), at);
    }

    /**
     * Its worker was started. The first lease is longer, for loading the model. Time that the
     * attempt spent waiting for the engine counts neither as GPU time nor against {@code
     * maxSeconds}.
     */
    public Live launched(Instant now, Duration launchGrace) {
      return new Live(startedAt(now), null, 0, 0, now.plus(launchGrace), now);
    }

    @Override
    public Ended supersede(String reason, Instant at) {
      return new Ended(startedAt(at), "superseded", null, reason, at);
    }

    private Facts startedAt(Instant at) {
      return new Facts(facts.attemptId(), facts.runId(), facts.fence(), facts.runSpec(), at);
    }
  }

  /**
   * Its worker counts as running until its lease ends.
   *
   * @param work the worker's count of work done
   * @param progressAt when its phase, step or work last changed
   */
  record Live(
      Facts facts,
      StatusReport.@Nullable Phase phase,
      long step,
      long work,
      Instant leaseUntil,
      Instant progressAt)
      implements Unfinished {
    /**
     * A report renews the lease; only a new phase, step or work is progress. The longer first lease
     * ends with loading, so that a worker that hangs later is detected within the normal lease.
     */
    public Live reported(StatusReport report, Instant now, Duration lease) {
      long done = report.work() == null ? work : Math.max(work, report.work());
      boolean progress = report.phase() != phase || report.step() > step || done > work;
      Instant until = now.plus(lease);
      boolean loading = report.phase() == StatusReport.Phase.LOADING;
      return new Live(
          facts,
          report.phase(),
          Math.max(step, report.step()),
          done,
          loading && leaseUntil.isAfter(until) ? leaseUntil : until,
          progress ? now : progressAt);
    }

    /** Why the attempt counts as lost, if it does. */
    public Optional<AttemptEnd.Lost> overdue(
        Instant now, Duration progressDeadline, Duration longest) {
      if (now.isAfter(leaseUntil)) {
        return Optional.of(
            new AttemptEnd.Lost(
                "the worker sent no report before its lease ended at " + leaseUntil));
      }
      if (now.isAfter(progressAt.plus(progressDeadline))) {
        return Optional.of(
            new AttemptEnd.Lost(
                "the worker reports, but made no progress beyond step %d since %s (progressDeadline %s)"
                    .formatted(step, progressAt, progressDeadline)));
      }
      if (now.isAfter(facts.startedAt().plus(longest))) {
        return Optional.of(new AttemptEnd.Lost("the attempt took longer than training.maxSeconds"));
      }
      return Optional.empty();
    }
  }

  /**
   * Final; later reports are refused as stale.
   *
   * @param outcome from a bounded set
   */
  record Ended(
      Facts facts, String outcome, @Nullable Integer exitCode, String detail, Instant endedAt)
      implements Attempt {}
}
