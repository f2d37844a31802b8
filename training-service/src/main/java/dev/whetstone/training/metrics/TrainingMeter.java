package dev.whetstone.training.metrics;

import static dev.whetstone.kit.metrics.LabelDescription.loop;
import static dev.whetstone.kit.metrics.LabelDescription.oneOf;
import static dev.whetstone.kit.metrics.MeterDescription.age;
import static dev.whetstone.kit.metrics.MeterDescription.counter;
import static dev.whetstone.kit.metrics.MeterDescription.gauge;
import static dev.whetstone.kit.metrics.MeterDescription.timer;

import dev.whetstone.kit.metrics.DescribedMeter;
import dev.whetstone.kit.metrics.MeterDescription;

/** The meters of the training service. */
public enum TrainingMeter implements DescribedMeter {
  RUNS(
      counter(
          "whetstone.training.runs",
          "runs that ended",
          oneOf("outcome", "succeeded", "failed", "superseded"))),
  ATTEMPTS(
      counter(
          "whetstone.training.attempts",
          "attempts that ended without a checkpoint",
          oneOf("outcome", "stopped", "failed", "preempted", "lost", "bad_output", "refused"))),
  REPORTS(
      counter(
          "whetstone.training.reports",
          "status reports of workers, by the directive or the fault that answered them",
          oneOf("answer", "continue", "stop", "save_and_stop", "stale-fence"))),
  LIVE_RUNS(gauge("whetstone.training.live.runs", "runs that have not ended")),
  UNFINISHED_RUNS(
      gauge(
          "whetstone.training.unfinished.runs",
          "the same by state: waiting for a budget, a pause or the object store; queued until the"
              + " worker starts; running",
          oneOf("state", "waiting", "queued", "running"))),
  PROGRESS_OLDEST_AGE(
      age(
          "whetstone.training.progress.oldest.age",
          "time since the last progress (phase, step or work) of the running attempt that has made"
              + " none for longest, without the time in which this service was down; 0 when none"
              + " runs")),
  BUDGET_USED(
      gauge(
              "whetstone.training.budget.used",
              "what a loop used of its budget in the last 24 hours; only loops that used some",
              loop(),
              oneOf("budget", "runs", "gpu_seconds"))
          .onlyForLoopsOfTheirOwn()),
  BUDGET_LIMIT(
      gauge(
              "whetstone.training.budget.limit",
              "the budget of such a loop for 24 hours; absent for no limit",
              loop(),
              oneOf("budget", "runs", "gpu_seconds"))
          .onlyForLoopsOfTheirOwn()),
  SCORING_JOBS(
      counter(
          "whetstone.training.scoring.jobs",
          "scoring jobs that ended",
          oneOf("outcome", "completed", "failed"))),
  SCORING_TIME(
      timer("whetstone.training.scoring.time", "from the request of a scoring job to its end"));

  private final MeterDescription description;

  TrainingMeter(MeterDescription description) {
    this.description = description;
  }

  @Override
  public MeterDescription description() {
    return description;
  }
}
