package dev.whetstone.training.engine;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Bounds of the process engine on this machine. */
@ConfigMapping(prefix = "whetstone.training.process")
public interface ProcessEngineConfig {
  /**
   * Workers that may train at the same time on this machine. Absent means one per configured
   * device, and 1 without devices: a second worker would compete with the first for the same
   * accelerator or the same cores. An attempt over the bound waits until a worker ends.
   */
  OptionalInt maxWorkers();

  /**
   * Workers of scoring jobs that may run at the same time on this machine, beside those that train.
   * Their slots are their own, so that a scoring job never waits for a run and a run never waits
   * for a scoring job. Each uses at most half of the cores.
   */
  @WithDefault("1")
  int scoringWorkers();

  /**
   * Accelerators, each as a value of {@code CUDA_VISIBLE_DEVICES}: an index or a UUID. Each worker
   * gets one of them and no two workers share one. Absent leaves {@code CUDA_VISIBLE_DEVICES} as
   * the service has it. Devices are never detected.
   */
  Optional<List<String>> devices();
}
