package dev.whetstone.training.engine.kubernetes;

import java.util.Map;
import java.util.Optional;

/**
 * What one listing found.
 *
 * @param workers by the name of the object that was made for them
 * @param kueueFault why Workloads could not be listed; empty when they could, or need not be
 * @param startedAt when the listing began, as {@link System#nanoTime()}
 */
record ClusterSnapshot(
    Map<String, WorkerView> workers, Optional<String> kueueFault, long startedAt) {
  ClusterSnapshot {
    workers = Map.copyOf(workers);
  }

  Optional<WorkerView> worker(String name) {
    return Optional.ofNullable(workers.get(name));
  }
}
