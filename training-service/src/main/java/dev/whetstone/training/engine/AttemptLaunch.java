package dev.whetstone.training.engine;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import java.util.Map;

/**
 * What a compute engine needs to start an attempt's worker.
 *
 * @param loop the loop that the worker works for
 * @param task what the worker does and reads
 * @param engine the loop's engine settings: image, queue and resource requests
 * @param token bearer token for the worker's status reports; never logged
 * @param secrets environment variables of this worker alone; never logged or written to a file
 */
public record AttemptLaunch(
    LoopId loop,
    WorkerTask task,
    LoopSpec.Engine engine,
    String token,
    Map<String, String> secrets) {
  public AttemptLaunch {
    secrets = Map.copyOf(secrets);
  }

  /** A launch without secrets besides the token. */
  public AttemptLaunch(LoopId loop, WorkerTask task, LoopSpec.Engine engine, String token) {
    this(loop, task, engine, token, Map.of());
  }

  public String attemptId() {
    return task.attemptId();
  }

  /** Leaves the token and the secrets out. */
  @Override
  public String toString() {
    return "AttemptLaunch[attempt=" + attemptId() + ", engine=" + engine + "]";
  }
}
