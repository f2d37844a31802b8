package dev.whetstone.training.engine.kubernetes.kueue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;

/** Reads the conditions of a Kueue Workload, whose type the client does not know. */
public final class WorkloadReader {
  private WorkloadReader() {}

  public static WorkloadView read(GenericKubernetesResource workload) {
    Object status = workload.getAdditionalProperties().get("status");
    Object conditions = status instanceof Map<?, ?> fields ? fields.get("conditions") : null;
    return new WorkloadView(
        conditions instanceof List<?> list
            ? list.stream()
                .filter(Map.class::isInstance)
                .map(one -> condition((Map<?, ?>) one))
                .toList()
            : List.of());
  }

  private static WorkloadView.Condition condition(Map<?, ?> fields) {
    return new WorkloadView.Condition(
        text(fields, "type"), text(fields, "status").equals("True"), text(fields, "message"));
  }

  private static String text(Map<?, ?> fields, String name) {
    Object value = fields.get(name);
    return value == null ? "" : value.toString();
  }
}
