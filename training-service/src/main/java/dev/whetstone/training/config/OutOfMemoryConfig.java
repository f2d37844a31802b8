package dev.whetstone.training.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What follows attempts that run out of memory. */
@ConfigMapping(prefix = "whetstone.training.out-of-memory")
public interface OutOfMemoryConfig {
  /** The pause before the same micro-batch is tried beside another process's memory; doubles. */
  @WithDefault("PT2M")
  Duration firstPause();

  /** The longest pause. */
  @WithDefault("PT30M")
  Duration longestPause();

  /** How long a loop's next runs start with the micro-batch that fitted. */
  @WithDefault("P30D")
  Duration remember();
}
