package dev.whetstone.training.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What follows attempts that are ended from outside without having saved progress. */
@ConfigMapping(prefix = "whetstone.training.preemption")
public interface PreemptionConfig {
  /** Such attempts in a row that are followed by the next at once. */
  @WithDefault("3")
  int attemptsWithoutPause();

  /** The pause after one more; it doubles with each further one. */
  @WithDefault("PT30S")
  Duration firstPause();

  /** The longest pause. */
  @WithDefault("PT30M")
  Duration longestPause();
}
