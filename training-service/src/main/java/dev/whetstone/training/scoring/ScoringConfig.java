package dev.whetstone.training.scoring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How scoring jobs run. */
@ConfigMapping(prefix = "whetstone.training.scoring")
public interface ScoringConfig {
  /**
   * Tokens of one forward pass of a scoring worker, padding included. A worker that runs out of
   * memory halves its batches by itself.
   */
  @WithDefault("8192")
  int maxBatchTokens();

  /** How long an ended job's row, scores and items are kept. */
  @WithDefault("P7D")
  Duration keep();
}
