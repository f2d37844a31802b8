package dev.whetstone.training.engine;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;

/**
 * What a compute engine needs to start an attempt's worker.
 *
 * @param spec what the worker reads; its {@code attempt} names the worker
 * @param engine the loop's engine settings: image, queue and resource requests
 * @param token bearer token for the worker's status reports; never logged
 */
public record AttemptLaunch(RunSpec spec, LoopSpec.Engine engine, String token) {
  public String attemptId() {
    return spec.attempt();
  }

  /** Leaves the token out. */
  @Override
  public String toString() {
    return "AttemptLaunch[attempt=" + attemptId() + ", engine=" + engine + "]";
  }
}
