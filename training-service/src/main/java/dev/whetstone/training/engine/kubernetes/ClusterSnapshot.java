package dev.whetstone.training.engine.kubernetes;

import java.util.Map;
import java.util.Optional;

/**
 * What one listing found.
 *
 * @param jobs by the Job's name
 * @param kueueFault why Workloads could not be listed; empty when they could, or need not be
 * @param startedAt when the listing began, as {@link System#nanoTime()}
 */
record ClusterSnapshot(Map<String, JobView> jobs, Optional<String> kueueFault, long startedAt) {
  ClusterSnapshot {
    jobs = Map.copyOf(jobs);
  }

  Optional<JobView> job(String name) {
    return Optional.ofNullable(jobs.get(name));
  }
}
