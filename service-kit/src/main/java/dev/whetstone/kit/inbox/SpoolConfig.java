package dev.whetstone.kit.inbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Shares of tenants in a poll, and the events that wait for their turn. */
@ConfigMapping(prefix = "whetstone.consumption.spool")
public interface SpoolConfig {
  /** Events of one tenant in a poll that take effect at once; of more, all are spooled. */
  @WithDefault("20")
  int directRows();

  /** Bytes of these events and of what their effects read. */
  @WithDefault("262144")
  long directBytes();

  /** Events of one tenant and partition that wait, about; behind more the partition waits. */
  @WithDefault("50000")
  int mostRows();

  /** Threads in which spooled events take effect. */
  @WithDefault("2")
  int workers();

  /** Events of one tenant and partition that take effect before the next one's turn. */
  @WithDefault("50")
  int rowsPerTurn();

  /** Bytes of these events, at most, unless a single event has more. */
  @WithDefault("2097152")
  long bytesPerTurn();
}
