package dev.whetstone.kit.trace;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What is kept of traces, and how many a batch is linked to. */
@ConfigMapping(prefix = "whetstone.tracing")
public interface TracingConfig {
  /**
   * How long trace contexts are kept with rows; longer than a loop takes from feedback to service.
   */
  @WithDefault("P90D")
  Duration keep();

  /** How often older ones are deleted. */
  @WithDefault("1h")
  String pruneEvery();

  /** Traces of its feedback that a batch is linked to, at most. */
  @WithDefault("1024")
  int batchLinks();
}
