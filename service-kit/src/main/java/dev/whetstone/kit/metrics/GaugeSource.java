package dev.whetstone.kit.metrics;

import dev.whetstone.kit.sql.DatabaseException;

/** Measures gauges, by few statements whose number does not grow with the loops. */
public interface GaugeSource {
  /**
   * Measures all of its gauges.
   *
   * @throws DatabaseException when the database does not answer
   */
  void measure();

  /** The gauges cannot be measured now. */
  void unknown();
}
