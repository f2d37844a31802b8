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

  /** What never changes about an attempt. */
  record Facts(String attemptId, String runId, long fence, RunSpec runSpec, Instant startedAt) {}

  /** An attempt that has not ended. */
  sealed interface Unfinished extends Attempt {
    /** It gave no checkpoint. */
    default Ended end(AttemptEnd end, Instant at) {
      return new Ended(facts(), end.outcome(), end.exitCode(), end.detail(), at);
    }

    /** It gave a checkpoint. */
    default Ended succeed(Instant at) {
      return new Ended(facts(), SUCCEEDED, ExitCodes.DONE, "", at);
    }

    /** The data it trains on was overtaken. */
    default Ended supersede(String reason, Instant at) {
      return new Ended(facts(), "superseded", null, reason, at);
    }
  }

  /** The outcome of an attempt whose checkpoint was taken. */
  String SUCCEEDED = "succeeded";

  /** Its row is there; whether its worker is, the compute engine must say. */
  record Starting(Facts facts) implements Unfinished {
    /** Its worker was seen. The first lease is longer: loading a model takes its time. */
    public Live launched(Instant now, Duration launchGrace) {
      return new Live(facts, null, 0, now.plus(launchGrace), now);
    }
  }

  /**
   * Its worker lives as long as its lease.
   *
   * @param progressAt when its phase or step last changed
   */
  record Live(
      Facts facts,
      StatusReport.@Nullable Phase phase,
      long step,
      Instant leaseUntil,
      Instant progressAt)
      implements Unfinished {
    /**
     * A report renews the lease; only a new phase or step is progress. The longer first lease ends
     * with loading, so that a worker that hangs after it is missed as soon as later on.
     */
    public Live reported(StatusReport report, Instant now, Duration lease) {
      boolean progress = report.phase() != phase || report.step() > step;
      Instant until = now.plus(lease);
      boolean loading = report.phase() == StatusReport.Phase.LOADING;
      return new Live(
          facts,
          report.phase(),
          Math.max(step, report.step()),
          loading && leaseUntil.isAfter(until) ? leaseUntil : until,
          progress ? now : progressAt);
    }

    /** Why it counts as dead, if it does. */
    public Optional<AttemptEnd.Lost> overdue(
        Instant now, Duration progressDeadline, Duration longest) {
      if (now.isAfter(leaseUntil)) {
        return Optional.of(
            new AttemptEnd.Lost(
                "nothing was heard of the worker since its lease ran out at " + leaseUntil));
      }
      if (now.isAfter(progressAt.plus(progressDeadline))) {
        return Optional.of(
            new AttemptEnd.Lost(
                "the worker reports, but stands still at step %d since %s (progressDeadline %s)"
                    .formatted(step, progressAt, progressDeadline)));
      }
      if (now.isAfter(facts.startedAt().plus(longest))) {
        return Optional.of(new AttemptEnd.Lost("the attempt took longer than training.maxSeconds"));
      }
      return Optional.empty();
    }
  }

  /**
   * Nothing more is heard of it: later reports are stale.
   *
   * @param outcome from a bounded set
   */
  record Ended(
      Facts facts, String outcome, @Nullable Integer exitCode, String detail, Instant endedAt)
      implements Attempt {}
}
