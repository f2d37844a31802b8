package dev.whetstone.curation.fate;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long events wait for what they refer to, beside the loop's {@code curation.joinWindow}. */
@ConfigMapping(prefix = "whetstone.curation.waiting")
public interface WaitingConfig {
  /**
   * Least wait after an event is read, so that its counterpart in a backlog can be read. Set it to
   * the longest time that curation may be down or behind.
   */
  @WithDefault("PT1H")
  Duration backlog();
}
