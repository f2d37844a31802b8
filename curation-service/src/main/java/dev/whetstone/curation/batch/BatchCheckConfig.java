package dev.whetstone.curation.batch;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How sealed batches are verified. */
@ConfigMapping(prefix = "whetstone.curation.batch-check")
public interface BatchCheckConfig {
  /** Interval of the timer that verifies one batch at a time; {@code off} disables it. */
  @WithDefault("10s")
  String every();

  /** Time between two checks of a batch. */
  @WithDefault("P1D")
  Duration interval();

  /** Time until the next check of a batch whose files did not verify. */
  @WithDefault("PT5M")
  Duration retry();

  /** A batch is withdrawn after so many failed checks in a row, ... */
  @WithDefault("5")
  int failures();

  /** ... and not before this time has passed since the first of them. */
  @WithDefault("PT30M")
  Duration within();
}
