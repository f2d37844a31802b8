package dev.whetstone.training.engine;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How the process engine starts workers on this machine. */
@ConfigMapping(prefix = "whetstone.worker")
public interface WorkerConfig {
  /** A Python ≥ 3.11 in whose environment the package {@code whetstone_worker} is installed. */
  @WithDefault("python3")
  String python();

  /** Arguments of Python before those of the training call. */
  @WithDefault("-m,whetstone_worker")
  List<String> command();

  /** Holds a folder per attempt: spec, log, process id and exit code. Must survive a restart. */
  @WithDefault(".whetstone/work")
  Path work();

  /**
   * Threads of each worker; absent limits each to its share of the cores, which is the number of
   * cores divided by that of the workers that may run at the same time.
   */
  Optional<Integer> threads();

  /** Whether workers save and exit on an orderly shutdown of the service. */
  @WithDefault("true")
  boolean endWithService();
}
