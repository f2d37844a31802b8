package dev.whetstone.training.engine.kubernetes.kueue;

import java.util.List;
import java.util.Optional;

/** The conditions of Kueue's Workload for a worker. */
public record WorkloadView(List<Condition> conditions) {
  public WorkloadView {
    conditions = List.copyOf(conditions);
  }

  /** One condition of the Workload's status. */
  public record Condition(String type, boolean holds, String message) {}

  public Optional<Condition> condition(String type) {
    return conditions.stream().filter(condition -> condition.type().equals(type)).findFirst();
  }
}
