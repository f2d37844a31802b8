package dev.whetstone.kit.time;

import java.time.Instant;

/** The clock that measures leases: the database's, which all replicas share. */
@FunctionalInterface
public interface LeaseClock {
  Instant now();
}
