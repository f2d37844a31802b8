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

  /** Joined hosts, after they were last heard from. */
  @WithDefault("P30D")
  Duration workerHosts();

  /**
   * What compute engines keep about a worker, after the attempt's end: folders of the process
   * engine with its spec and log, and rows of the engine of joined hosts.
   */
  @WithDefault("P14D")
  Duration workerFolders();
}
