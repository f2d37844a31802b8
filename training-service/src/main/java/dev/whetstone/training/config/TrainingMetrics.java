package dev.whetstone.training.config;

/** Names of this service's own metrics; label values come from bounded sets. */
public final class TrainingMetrics {
  /** Runs that ended, by {@code outcome}. */
  public static final String RUNS = "whetstone.training.runs";

  /** Attempts that ended without a checkpoint, by {@code outcome}. */
  public static final String ATTEMPTS = "whetstone.training.attempts";

  /** Status reports, by {@code answer}. */
  public static final String REPORTS = "whetstone.training.reports";

  /** Runs that have not ended. */
  public static final String LIVE_RUNS = "whetstone.training.live.runs";

  /** Scoring jobs that ended, by {@code outcome}. */
  public static final String SCORING_JOBS = "whetstone.training.scoring.jobs";

  /** Time from the request of a scoring job to its end. */
  public static final String SCORING_TIME = "whetstone.training.scoring.time";

  private TrainingMetrics() {}
}
