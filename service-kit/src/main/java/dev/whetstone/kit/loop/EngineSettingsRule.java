package dev.whetstone.kit.loop;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.util.ArrayList;
import java.util.List;

/** Refuses engines that this version does not have, and settings that the named one ignores. */
final class EngineSettingsRule {
  private static final String AT = "/spec/training/engine";

  private EngineSettingsRule() {}

  static List<Fault> check(String file, LoopSpec.Training training) {
    LoopSpec.Engine engine = training.engineOrDefault();
    if (!LoopSpec.Engine.KINDS.contains(engine.kind())) {
      String kinds = String.join(", ", LoopSpec.Engine.KINDS);
      return List.of(
          new Fault(
              file, AT + "/kind", engine.kind(), kinds + "; this version has no other engine"));
    }
    List<Fault> faults = new ArrayList<>();
    if (engine.image() != null) {
      faults.add(
          new Fault(
              file,
              AT + "/image",
              engine.image(),
              "no value; the process engine runs the Python environment that WHETSTONE_WORKER_PYTHON"
                  + " names, not a container image"));
    }
    if (engine.queue() != null) {
      faults.add(
          new Fault(
              file,
              AT + "/queue",
              engine.queue(),
              "no value; the process engine has no queues, it bounds workers by"
                  + " whetstone.training.process.max-workers"));
    }
    if (engine.resources() != null) {
      faults.add(
          new Fault(
              file,
              AT + "/resources",
              engine.resources().toString(),
              "no value; the process engine reserves no resources, it assigns each worker one of"
                  + " whetstone.training.process.devices"));
    }
    return faults;
  }
}
