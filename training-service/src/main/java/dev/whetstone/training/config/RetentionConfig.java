package dev.whetstone.training.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long what ended runs leave behind is kept. */
@ConfigMapping(prefix = "whetstone.training.retention")
public interface RetentionConfig {
  /** Interval of the sweep. */
  @WithDefault("10m")
  String sweepEvery();

  /**
   * Resume points, copied rows and unfinished output of a run, after its end. The checkpoint stays.
   */
  @WithDefault("P7D")
  Duration runObjects();

  /** Adapters that were rejected, failed or rolled back, after the decision. */
  @WithDefault("P30D")
  Duration rejectedAdapters();

  /** A run's metrics per step, after its end. */
  @WithDefault("P180D")
  Duration metrics();

  /** Attempts, after their end; at least a day, because budgets count the last 24 hours. */
  @WithDefault("P365D")
  Duration attempts();

  /** Folders of the process engine with a worker's spec and log, after the attempt's end. */
  @WithDefault("P14D")
  Duration workerFolders();
}
