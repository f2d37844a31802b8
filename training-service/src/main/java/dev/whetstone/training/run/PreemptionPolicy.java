package dev.whetstone.training.run;

import dev.whetstone.kit.work.RetryBackoff;
import dev.whetstone.training.attempt.AttemptEnd;
import dev.whetstone.training.attempt.StartTimes;
import java.time.Duration;
import java.time.Instant;

/**
 * Decides what follows an attempt that was ended from outside. A run that saves progress resumes at
 * once, however often that happens. A run that does not would only load the model again and again:
 * after some attempts it waits, longer each time, and says how long it needs undisturbed.
 */
public final class PreemptionPolicy {
  private PreemptionPolicy() {}

  /**
   * The pauses of a run without progress.
   *
   * @param attemptsWithoutPause attempts without progress in a row that are followed at once
   * @param first pause after one more
   * @param longest upper bound; the pause doubles up to it
   */
  public record Pauses(int attemptsWithoutPause, Duration first, Duration longest) {}

  static NextStep.Again after(AttemptEnd.Preempted end, RetryPolicy.Circumstances run) {
    RunTally tally = run.tally();
    int withoutProgress = end.progressed() ? 0 : tally.withoutProgress() + 1;
    RunTally next =
        new RunTally(
            tally.failures(), 0, withoutProgress, tally.memoryWaits(), tally.microBatchSize());
    int beyond = withoutProgress - run.pauses().attemptsWithoutPause();
    if (beyond < 1) {
      return new NextStep.Again(run.now(), next, end.detail());
    }
    Instant until =
        run.now()
            .plus(
                RetryBackoff.doubling(run.pauses().first(), run.pauses().longest()).pause(beyond));
    return new NextStep.Again(until, next, reason(end, run, withoutProgress, until));
  }

  private static String reason(
      AttemptEnd.Preempted end, RetryPolicy.Circumstances run, int withoutProgress, Instant until) {
    return "%d attempts in a row were ended from outside before they saved progress; the next starts at %s. %s. The last: %s"
        .formatted(withoutProgress, until, need(run.startTimes()), end.detail());
  }

  private static String need(StartTimes times) {
    return times
        .toFirstStep()
        .map(
            needed ->
                "Let the worker run undisturbed for longer than %d s: an earlier attempt of this loop needed that long for its first optimizer step"
                    .formatted(needed.toSeconds()))
        .orElseGet(
            () ->
                "Let the worker run undisturbed for longer than %d s: the longest of these attempts ran that long without an optimizer step"
                    .formatted(times.longestWithoutStep().toSeconds()));
  }
}
