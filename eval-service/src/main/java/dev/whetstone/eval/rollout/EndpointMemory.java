package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.metrics.EvalMetrics.Replica;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
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
  private final Map<LoopId, Replica> states = new ConcurrentHashMap<>();
  private final Set<String> ineffective = ConcurrentHashMap.newKeySet();

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

  /** Records whether a model answered its last probe as the base does. */
  void ineffective(String model, boolean as) {
    if (as) {
      ineffective.add(model);
    } else {
      ineffective.remove(model);
    }
  }

  boolean isIneffective(String model) {
    return ineffective.contains(model);
  }

  /** Records how the server serves a loop. */
  void state(LoopId loop, Replica state) {
    states.put(loop, state);
  }

  /** How the server serves each of its loops. */
  Collection<Replica> states() {
    return states.values();
  }

  /** Forgets loops that do not use the server any more. */
  void retainLoops(Set<LoopId> loops) {
    states.keySet().retainAll(loops);
  }

  /** Forgets models that are no longer in use. */
  void retain(Set<String> models) {
    loads.keySet().retainAll(models);
    probes.keySet().retainAll(models);
    ineffective.retainAll(models);
  }
}
