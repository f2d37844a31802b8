package dev.whetstone.training.scoring;

import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.kit.work.RetryBackoff;
import dev.whetstone.training.attempt.AttemptRule;
import dev.whetstone.training.attempt.ExitCodes;
import dev.whetstone.training.attempt.ExitDescription;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Decides about a scoring job from its row and the state of its newest attempt's worker. */
public final class ScoringJobRule {
  /** Attempts that may fail by themselves. */
  static final int MOST_FAILURES = 3;

  private static final RetryBackoff AFTER_FAILURE =
      RetryBackoff.doubling(Duration.ofSeconds(5), Duration.ofMinutes(1));

  /** Another user of the accelerator or of the memory may have ended by then. */
  private static final Duration AFTER_OUT_OF_MEMORY = Duration.ofMinutes(1);

  private static final Duration AFTER_PREEMPTION = Duration.ofSeconds(1);

  /** What keeps a worker from starting rarely ends within seconds. */
  private static final Duration AFTER_GIVEN_UP = Duration.ofSeconds(30);

  private static final ScoringMove KEEP = new ScoringMove.Keep();

  private ScoringJobRule() {}

  /**
   * The next move.
   *
   * @param reported the error that the worker reported last
   * @param observation of the newest attempt's worker, made after the row was read
   */
  static ScoringMove decide(
      ScoringJob.Unfinished job,
      StatusReport.@Nullable Failure reported,
      Observation observation,
      Instant now) {
    Instant deadline = job.facts().request().deadline();
    if (!now.isBefore(deadline)) {
      return new ScoringMove.Fail("deadline", overdue(job, deadline));
    }
    return switch (job) {
      case ScoringJob.Waiting waiting -> waiting(waiting, observation, now);
      case ScoringJob.Launching launching -> launching(launching, observation, now);
      case ScoringJob.Running running -> running(running, reported, observation, now);
    };
  }

  private static ScoringMove waiting(ScoringJob.Waiting job, Observation observation, Instant now) {
    if (job.dueAt().isAfter(now)) {
      return KEEP;
    }
    return observation.mayRun() ? new ScoringMove.StopFormer() : new ScoringMove.Launch();
  }

  private static ScoringMove launching(
      ScoringJob.Launching job, Observation observation, Instant now) {
    if (!(observation instanceof Observation.Unknown)) {
      return new ScoringMove.RecordLaunch();
    }
    return job.claimedUntil().isAfter(now) ? KEEP : new ScoringMove.Launch();
  }

  private static ScoringMove running(
      ScoringJob.Running job,
      StatusReport.@Nullable Failure reported,
      Observation observation,
      Instant now) {
    return switch (observation) {
      case Observation.Running _ -> KEEP;
      case Observation.Waiting waiting when waiting.until().isAfter(now) -> KEEP;
      case Observation.Waiting waiting ->
          new ScoringMove.Retry(
              job.failures(), now.plus(AFTER_GIVEN_UP), AttemptRule.givenUp(waiting));
      case Observation.Evicted evicted ->
          new ScoringMove.Retry(
              job.failures(), now.plus(AFTER_PREEMPTION), ExitDescription.sentence(evicted));
      case Observation.Unknown _ -> afterFailure(job, "the compute engine lost the worker", now);
      case Observation.Exited exited -> exited(job, reported, exited, now);
    };
  }

  private static ScoringMove exited(
      ScoringJob.Running job,
      StatusReport.@Nullable Failure reported,
      Observation.Exited exited,
      Instant now) {
    String sentence = ExitDescription.sentence(exited, reported);
    return switch (exited.code()) {
      case ExitCodes.DONE -> new ScoringMove.VerifyOutput();
      case ExitCodes.BAD_DATA -> new ScoringMove.Fail("bad-data", sentence);
      case ExitCodes.PREEMPTED ->
          new ScoringMove.Retry(job.failures(), now.plus(AFTER_PREEMPTION), sentence);
      case ExitCodes.OUT_OF_MEMORY ->
          new ScoringMove.Retry(job.failures(), now.plus(AFTER_OUT_OF_MEMORY), sentence);
      default -> afterFailure(job, sentence, now);
    };
  }

  /** Another attempt after a failure of the worker's own, up to a bound. */
  static ScoringMove afterFailure(ScoringJob.Unfinished job, String reason, Instant now) {
    int failures = job.failures() + 1;
    return failures >= MOST_FAILURES
        ? new ScoringMove.Fail(
            "worker-failed",
            "%d of at most %d attempts failed; the last: %s"
                .formatted(failures, MOST_FAILURES, reason))
        : new ScoringMove.Retry(failures, now.plus(AFTER_FAILURE.pause(failures)), reason);
  }

  private static String overdue(ScoringJob.Unfinished job, Instant deadline) {
    String last =
        switch (job) {
          case ScoringJob.Waiting waiting when !waiting.reason().isEmpty() -> waiting.reason();
          case ScoringJob.Waiting _ -> "the job was not started";
          case ScoringJob.Launching _ -> "the worker was about to start";
          case ScoringJob.Running _ -> "the worker was still scoring";
        };
    return "the job did not end before %s; at that time: %s".formatted(deadline, last);
  }
}
