package dev.whetstone.training.scoring;

import java.time.Instant;

/** What to do next about a scoring job; decided by {@link ScoringJobRule}. */
public sealed interface ScoringMove {
  /** Nothing to do until the next look. */
  record Keep() implements ScoringMove {}

  /** Claim the launch, then start the worker. */
  record Launch() implements ScoringMove {}

  /** Record that the worker was started. */
  record RecordLaunch() implements ScoringMove {}

  /** Stop the worker of the attempt before; the next one starts when it is gone. */
  record StopFormer() implements ScoringMove {}

  /** Start another attempt later. */
  record Retry(int failures, Instant dueAt, String reason) implements ScoringMove {}

  /** Verify the scores, then end the job accordingly. */
  record VerifyOutput() implements ScoringMove {}

  /** End the job, after stopping its worker if it has one. */
  record Fail(String code, String reason) implements ScoringMove {}
}
