package dev.whetstone.training.engine.kubernetes.kueue;

import dev.whetstone.training.engine.kubernetes.kueue.WorkloadView.Condition;
import java.util.Optional;

/** Says what a suspended worker waits for, from the conditions of Kueue's Workload. */
public final class QueueWaitRule {
  private static final String RAISE =
      "; raise the ClusterQueue's nominal quota or lower training.engine.resources";

  private QueueWaitRule() {}

  /**
   * @param integration what Kueue's configuration calls the kind of object that waits
   * @param kueueFault why Workloads cannot be listed; empty when they can
   */
  public static String reason(
      String queue,
      String integration,
      Optional<WorkloadView> workload,
      Optional<String> kueueFault) {
    if (kueueFault.isPresent()) {
      return "waits in Kueue's queue '%s'; why is not known: %s".formatted(queue, kueueFault.get());
    }
    if (workload.isEmpty()) {
      return "Kueue has made no Workload for queue '%s' yet; if this lasts, check that Kueue runs and manages %s in this namespace"
          .formatted(queue, integration);
    }
    Optional<Condition> reserved = workload.get().condition("QuotaReserved");
    if (reserved.filter(Condition::holds).isPresent()) {
      return "has its quota in queue '%s' and is admitted next%s"
          .formatted(queue, message(workload.get().condition("Admitted")));
    }
    return reserved
        .map(condition -> pending(queue, condition.message()))
        .orElse("waits in Kueue's queue '" + queue + "'");
  }

  private static String pending(String queue, String message) {
    if (message.contains("maximum capacity")) {
      return "can never be admitted through queue '%s': %s%s".formatted(queue, message, RAISE);
    }
    if (message.contains("LocalQueue") && isMissing(message)) {
      return "the queue '%s' is unknown: %s; create the LocalQueue in the namespace of the workers, or correct training.engine.queue"
          .formatted(queue, message);
    }
    if (message.contains("ClusterQueue") && isMissing(message)) {
      return "the queue '%s' has no ClusterQueue: %s; create the ClusterQueue that the LocalQueue names"
          .formatted(queue, message);
    }
    if (message.contains("inactive") || message.contains("stopped")) {
      return "the queue '%s' admits nothing: %s; activate the queue, or create the ResourceFlavor that it names"
          .formatted(queue, message);
    }
    return "waits for quota in queue '%s': %s".formatted(queue, message);
  }

  private static boolean isMissing(String message) {
    return message.contains("doesn't exist")
        || message.contains("does not exist")
        || message.contains("not found");
  }

  private static String message(Optional<Condition> condition) {
    return condition
        .map(Condition::message)
        .filter(text -> !text.isBlank())
        .map(text -> ": " + text)
        .orElse("");
  }
}
