package dev.whetstone.kit.loop;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Refuses engines that this version does not have, and settings that the named one ignores. */
final class EngineSettingsRule {
  private static final String AT = "/spec/training/engine";

  /** As Kubernetes writes quantities; numbers in the form that resources are given in. */
  private static final Pattern QUANTITY =
      Pattern.compile("[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?");

  private static final Pattern RUNTIME =
      Pattern.compile("((Cluster)?TrainingRuntime/)?[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  private static final Map<String, String> ONLY_TRAIN_JOBS =
      Map.of(
          "nodes",
          "no value; only the engine " + LoopSpec.Engine.KUBEFLOW_TRAINJOB + " counts nodes",
          "runtime",
          "no value; only the engine " + LoopSpec.Engine.KUBEFLOW_TRAINJOB + " has runtimes");

  /** Why an engine reads none of a field's values. */
  private static final Map<String, Map<String, String>> IGNORED =
      Map.of(
          LoopSpec.Engine.PROCESS.kind(),
          Map.of(
              "image",
              "no value; the process engine runs the Python environment that WHETSTONE_WORKER_PYTHON"
                  + " names, not a container image",
              "queue",
              "no value; the process engine has no queues, it bounds workers by"
                  + " whetstone.training.process.max-workers",
              "resources",
              "no value; the process engine reserves no resources, it assigns each worker one of"
                  + " whetstone.training.process.devices"),
          LoopSpec.Engine.JOINED_WORKERS,
          Map.of(
              "image",
              "no value; a joined host runs the Python environment that it joined from, not a"
                  + " container image",
              "queue",
              "no value; the engine joined-workers has no queues, the host with room takes the"
                  + " oldest worker that fits"));

  private EngineSettingsRule() {}

  static List<Fault> check(String file, LoopSpec.Training training) {
    LoopSpec.Engine engine = training.engineOrDefault();
    if (!LoopSpec.Engine.KINDS.contains(engine.kind())) {
      String kinds = String.join(", ", LoopSpec.Engine.KINDS);
      return List.of(
          new Fault(
              file, AT + "/kind", engine.kind(), kinds + "; this version has no other engine"));
    }
    Map<String, String> ignored = IGNORED.getOrDefault(engine.kind(), Map.of());
    List<Fault> faults = new ArrayList<>();
    ignored(faults, file, "image", engine.image(), ignored);
    ignored(faults, file, "queue", engine.queue(), ignored);
    ignored(faults, file, "resources", engine.resources(), ignored);
    if (engine.kind().equals(LoopSpec.Engine.KUBEFLOW_TRAINJOB)) {
      faults.addAll(trainJob(file, engine));
    } else {
      ignored(faults, file, "nodes", engine.nodes(), ONLY_TRAIN_JOBS);
      ignored(faults, file, "runtime", engine.runtime(), ONLY_TRAIN_JOBS);
    }
    if (faults.isEmpty() && engine.resources() != null) {
      engine
          .resources()
          .forEach(
              (name, quantity) -> {
                if (!QUANTITY.matcher(quantity).matches()) {
                  faults.add(
                      new Fault(
                          file,
                          AT + "/resources/" + name,
                          quantity,
                          "a quantity as Kubernetes writes it, such as 1, 500m or 64Gi"));
                }
              });
    }
    return faults;
  }

  private static List<Fault> trainJob(String file, LoopSpec.Engine engine) {
    List<Fault> faults = new ArrayList<>();
    if (engine.nodes() != null && engine.nodes() > 1) {
      faults.add(
          new Fault(
              file,
              AT + "/nodes",
              engine.nodes().toString(),
              "1; the worker of this version trains on one node"));
    }
    if (engine.runtime() != null && !RUNTIME.matcher(engine.runtime()).matches()) {
      faults.add(
          new Fault(
              file,
              AT + "/runtime",
              engine.runtime(),
              "NAME, TrainingRuntime/NAME or ClusterTrainingRuntime/NAME"));
    }
    return faults;
  }

  private static void ignored(
      List<Fault> faults,
      String file,
      String field,
      @Nullable Object value,
      Map<String, String> ignored) {
    String reason = ignored.get(field);
    if (value != null && reason != null) {
      faults.add(new Fault(file, AT + "/" + field, value.toString(), reason));
    }
  }
}
