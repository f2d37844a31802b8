package dev.whetstone.eval.serving;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several replicas asked as one server: adapters are loaded into each, and questions go to one
 * after the other. An address that spreads requests over replicas cannot be asked so, since it
 * would load an adapter into one of them only.
 */
final class ReplicatedServingClient implements ServingPort {
  private final List<ServingPort> replicas;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * @param replicas at least one
   */
  ReplicatedServingClient(List<ServingPort> replicas) {
    this.replicas = List.copyOf(replicas);
    if (replicas.isEmpty()) {
      throw new IllegalArgumentException("no replicas");
    }
  }

  /** The models that every replica serves. */
  @Override
  public Set<String> models() {
    Set<String> everywhere = new LinkedHashSet<>(replicas.getFirst().models());
    replicas.stream().skip(1).forEach(replica -> everywhere.retainAll(replica.models()));
    return everywhere;
  }

  @Override
  public void load(String name, String path) {
    replicas.forEach(replica -> replica.load(name, path));
  }

  @Override
  public void unload(String name) {
    replicas.forEach(replica -> replica.unload(name));
  }

  @Override
  public Answer ask(Question question) {
    return replicas.get(Math.floorMod(next.getAndIncrement(), replicas.size())).ask(question);
  }
}
