package dev.whetstone.kit.inbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Bounds of one transaction in which polled events take effect. */
@ConfigMapping(prefix = "whetstone.consumption")
public interface ConsumptionConfig {
  /** Events, at most. */
  @WithDefault("200")
  int rows();

  /** Bytes of events and of what their effects read, at most, unless a single event has more. */
  @WithDefault("8388608")
  long bytes();

  /** Events of one loop that come before the next loop's turn. */
  @WithDefault("50")
  int rowsPerTurn();

  /** The time that a transaction should take; after a longer one the next has fewer events. */
  @WithDefault("PT5S")
  Duration targetTime();

  /** The time after which a transaction is rolled back and its events are split. */
  @WithDefault("PT40S")
  Duration transactionTimeout();

  /** Attempts at a single event that fails although the database answers; then a dead letter. */
  @WithDefault("5")
  int attempts();

  /** The same for an event that another transaction's lock keeps from taking effect. */
  @WithDefault("10")
  int attemptsAtLocks();
}
