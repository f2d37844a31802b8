package dev.whetstone.kit.metrics;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What metrics show, and how often gauges are measured. */
@ConfigMapping(prefix = "whetstone.metrics")
public interface MetricsConfig {
  /**
   * Loops that have a value of label {@code loop} of their own, those that the process meets first;
   * the others are {@code other}. With 0 no name of a tenant or loop is in the metrics.
   */
  @WithDefault("100")
  int loops();

  /** How often gauges are read from the database; {@code off} disables it. */
  @WithDefault("10s")
  String measureEvery();
}
