package dev.whetstone.training.engine.kubernetes.trainjob;

import dev.whetstone.contracts.loop.LoopSpec;
import java.util.Map;

/** Settings of the engine under test. */
final class TestTrainJobs {
  static final LoopSpec.Engine ENGINE =
      new LoopSpec.Engine("kubeflow-trainjob", null, null, null, null, null);

  /** Every setting that a TrainJob can carry. */
  static final Map<String, String> EVERYTHING =
      Map.ofEntries(
          Map.entry("image", "example.test/worker:1"),
          Map.entry("queue", "default-queue"),
          Map.entry("priority-class", "training"),
          Map.entry("image-pull-secrets", "registry"),
          Map.entry("service-account", "whetstone-worker"),
          Map.entry("node-selector", "pool=gpu"),
          Map.entry("tolerations", "nvidia.com/gpu:NoSchedule,team=ml:NoExecute"),
          Map.entry("claims", "artifacts=/artifacts"),
          Map.entry("model-cache-claim", "models"),
          Map.entry("work-size", "10Gi"),
          Map.entry("environment", "AWS_REGION=eu-central-1"));

  private TestTrainJobs() {}
}
