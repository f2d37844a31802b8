package dev.whetstone.kit.time;

import java.time.Instant;

/** The one clock that leases are measured by: the database's, which all replicas share. */
@FunctionalInterface
public interface LeaseClock {
  Instant now();
}
