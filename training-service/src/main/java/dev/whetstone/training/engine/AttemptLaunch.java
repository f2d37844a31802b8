package dev.whetstone.training.engine;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;

/**
 * What a compute engine needs to start an attempt's worker.
 *
 * @param task what the worker does and reads
 * @param engine the loop's engine settings: image, queue and resource requests
 * @param token bearer token for the worker's status reports; never logged
 */
public record AttemptLaunch(WorkerTask task, LoopSpec.Engine engine, String token) {
  /** The launch of an attempt of a run. */
  public AttemptLaunch(RunSpec spec, LoopSpec.Engine engine, String token) {
    this(new WorkerTask.Training(spec), engine, token);
  }

  public String attemptId() {
    return task.attemptId();
  }

  /** Leaves the token out. */
  @Override
  public String toString() {
    return "AttemptLaunch[attempt=" + attemptId() + ", engine=" + engine + "]";
  }
}
