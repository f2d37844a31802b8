package dev.whetstone.training.attempt;

/** What to do next about the live attempt of a run; decided by {@link AttemptRule}. */
public sealed interface AttemptMove {
  /** Nothing to do until the next look. */
  record Keep() implements AttemptMove {}

  /** Claim the launch, then start the worker. */
  record Launch() implements AttemptMove {}

  /** Record that the worker was started. */
  record RecordLaunch() implements AttemptMove {}

  /** Stop the worker, then end the attempt and its run. */
  record Supersede(String reason) implements AttemptMove {}

  /** Show why the engine has not started the worker yet. */
  record ShowWait(String reason) implements AttemptMove {}

  /** Stop the worker, then end the attempt. */
  record StopAndEnd(AttemptEnd end) implements AttemptMove {}

  /** End the attempt; no worker of it is known to run. */
  record End(AttemptEnd end) implements AttemptMove {}

  /**
   * The worker refused its data: verify the run's batches, then end the attempt. A batch may have
   * changed since the run was planned.
   */
  record VerifyBatches(AttemptEnd.Exited end) implements AttemptMove {}

  /** The worker was ended from outside: find out what it saved, then end the attempt. */
  record VerifyProgress(AttemptEnd.Exited end) implements AttemptMove {}

  /**
   * The worker exited with success: verify its checkpoint, then end the attempt accordingly.
   *
   * @param isFinal whether an output that cannot be read now counts as invalid; otherwise it is
   *     read again later
   */
  record VerifyOutput(boolean isFinal) implements AttemptMove {}
}
