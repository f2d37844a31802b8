package dev.whetstone.training.engine;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How workers are started on this machine. */
@ConfigMapping(prefix = "whetstone.worker")
public interface WorkerConfig {
  /** A Python ≥ 3.11 in whose environment the package {@code whetstone_worker} is installed. */
  @WithDefault("python3")
  String python();

  /** What Python runs; the training call's arguments follow. */
  @WithDefault("-m,whetstone_worker")
  List<String> command();

  /** Holds a folder per attempt: spec, log, process id and exit code. Must outlive the service. */
  @WithDefault(".whetstone/work")
  Path work();

  /** Threads of the worker's numeric libraries; absent lets them choose. */
  Optional<Integer> threads();

  /** Whether workers save and end when the service is shut down in order. */
  @WithDefault("true")
  boolean endWithService();
}
