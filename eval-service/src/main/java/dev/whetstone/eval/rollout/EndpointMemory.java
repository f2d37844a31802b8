package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this process remembers of one model server between two checks. Losing it costs one attempt
 * each.
 */
final class EndpointMemory {
  private volatile AttemptHistory server = AttemptHistory.NONE;
  private final Map<String, AttemptHistory> loads = new ConcurrentHashMap<>();
  private final Map<String, AttemptHistory> probes = new ConcurrentHashMap<>();
  private final Map<LoopId, ReplicaObservation> reported = new ConcurrentHashMap<>();

  AttemptHistory server() {
    return server;
  }

  void server(AttemptHistory history) {
    server = history;
  }

  AttemptHistory load(String model) {
    return loads.getOrDefault(model, AttemptHistory.NONE);
  }

  void load(String model, AttemptHistory history) {
    loads.put(model, history);
  }

  AttemptHistory probe(String model) {
    return probes.getOrDefault(model, AttemptHistory.NONE);
  }

  void probe(String model, AttemptHistory history) {
    probes.put(model, history);
  }

  /** Whether an observation differs from the last one that was reported. */
  boolean isNews(LoopId loop, ReplicaObservation observation) {
    return !observation.equals(reported.put(loop, observation));
  }

  /** Forgets models that are no longer in use. */
  void retain(java.util.Set<String> models) {
    loads.keySet().retainAll(models);
    probes.keySet().retainAll(models);
  }
}
