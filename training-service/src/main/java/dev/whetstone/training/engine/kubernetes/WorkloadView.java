package dev.whetstone.training.engine.kubernetes;

import java.util.List;
import java.util.Optional;

/** The conditions of Kueue's Workload for a Job. */
record WorkloadView(List<Condition> conditions) {
  WorkloadView {
    conditions = List.copyOf(conditions);
  }

  /** One condition of the Workload's status. */
  record Condition(String type, boolean holds, String message) {}

  Optional<Condition> condition(String type) {
    return conditions.stream().filter(condition -> condition.type().equals(type)).findFirst();
  }
}
