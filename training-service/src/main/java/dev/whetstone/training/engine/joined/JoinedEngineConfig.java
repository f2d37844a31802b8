package dev.whetstone.training.engine.joined;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The engine {@code joined-workers}. */
@ConfigMapping(prefix = "whetstone.training.joined")
public interface JoinedEngineConfig {
  /** A host that is not heard from for this long counts as lost, with the workers on it. */
  @WithDefault("PT1M")
  Duration hostLease();

  /**
   * How long a host's question for work is kept open. Shorter than the 10 seconds that a host waits
   * for an answer, and than the limits of proxies.
   */
  @WithDefault("PT5S")
  Duration questionWait();

  /** How long a host may take to confirm a worker that it was offered. */
  @WithDefault("PT10S")
  Duration takeWithin();
}
