package dev.whetstone.training.attempt;

import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides about the live attempt of a run from its row and the state of its worker. */
public final class AttemptRule {
  private static final AttemptMove KEEP = new AttemptMove.Keep();

  private static final String UNCONFIRMED =
      "its launch was claimed until %s and is not confirmed: the service that claimed it ended before, or runs on another host; another attempt takes over";

  private AttemptRule() {}

  /**
   * What the rows hold.
   *
   * @param attempt of the run's fence
   * @param reported the error that its worker reported last
   * @param supersedeReason set when the run's data may no longer be used as it is
   * @param progressDeadline how long phase and step may stay unchanged
   * @param longest how long the worker may run
   */
  public record Situation(
      Attempt attempt,
      StatusReport.@Nullable Failure reported,
      @Nullable String supersedeReason,
      Duration progressDeadline,
      Duration longest) {}

  /**
   * The next move.
   *
   * @param observation of the attempt's worker, made after the rows were read
   */
  public static AttemptMove decide(Situation situation, Observation observation, Instant now) {
    return switch (situation.attempt()) {
      case Attempt.Ended _ -> KEEP;
      case Attempt.Starting starting -> starting(situation, starting, observation, now);
      case Attempt.Live live -> live(situation, live, observation, now);
    };
  }

  /**
   * A worker whose launch is under way cannot be stopped yet; the launch is awaited first. A launch
   * that was claimed and never recorded is not repeated: its worker may run on another host, which
   * this one cannot see. The next attempt has another fence, token and folder.
   */
  private static AttemptMove starting(
      Situation situation, Attempt.Starting starting, Observation observation, Instant now) {
    boolean unknown = observation instanceof Observation.Unknown;
    if (unknown && starting.isHeld(now)) {
      return KEEP;
    }
    if (situation.supersedeReason() != null) {
      return new AttemptMove.Supersede(situation.supersedeReason());
    }
    if (observation instanceof Observation.Waiting waiting) {
      return waiting.until().isAfter(now)
          ? new AttemptMove.ShowWait(waiting.reason())
          : new AttemptMove.StopAndEnd(new AttemptEnd.Refused(givenUp(waiting)));
    }
    if (!unknown) {
      return new AttemptMove.RecordLaunch();
    }
    return starting.mayBeLaunched()
        ? new AttemptMove.End(
            new AttemptEnd.Unconfirmed(UNCONFIRMED.formatted(starting.heldUntil())))
        : new AttemptMove.Launch();
  }

  /** Why a worker that the engine did not start is not waited for any longer. */
  public static String givenUp(Observation.Waiting waiting) {
    return "the compute engine did not start the worker until %s: %s"
        .formatted(waiting.until(), waiting.reason());
  }

  /**
   * A worker that has run and waits again was evicted, and would start from the beginning of its
   * spec. The next attempt resumes where this one saved; its start ends this worker first.
   */
  private static AttemptMove live(
      Situation situation, Attempt.Live live, Observation observation, Instant now) {
    if (situation.supersedeReason() != null) {
      return new AttemptMove.Supersede(situation.supersedeReason());
    }
    Optional<AttemptEnd.Lost> overdue =
        live.overdue(now, situation.progressDeadline(), situation.longest());
    return switch (observation) {
      case Observation.Exited exited when exited.code() == ExitCodes.DONE ->
          new AttemptMove.VerifyOutput(overdue.isPresent());
      case Observation.Exited exited -> exited(situation, exited);
      case Observation.Evicted evicted -> evicted(evicted);
      case Observation.Waiting waiting ->
          evicted(new Observation.Evicted("the engine took it back; now " + waiting.reason()));
      case Observation.Running _, Observation.Unknown _ ->
          overdue.<AttemptMove>map(AttemptMove.StopAndEnd::new).orElse(KEEP);
    };
  }

  private static AttemptMove evicted(Observation.Evicted evicted) {
    return new AttemptMove.VerifyProgress(
        new AttemptEnd.Exited(ExitCodes.TERMINATED, ExitDescription.sentence(evicted)));
  }

  private static AttemptMove exited(Situation situation, Observation.Exited exited) {
    AttemptEnd.Exited end =
        new AttemptEnd.Exited(
            exited.code(),
            ExitDescription.sentence(exited, situation.reported()),
            ExitDescription.diverged(exited, situation.reported()),
            ExitDescription.untrainable(exited, situation.reported()));
    return switch (exited.code()) {
      case ExitCodes.BAD_DATA -> new AttemptMove.VerifyBatches(end);
      case ExitCodes.PREEMPTED, ExitCodes.TERMINATED -> new AttemptMove.VerifyProgress(end);
      default -> new AttemptMove.End(end);
    };
  }
}
