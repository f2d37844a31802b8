package dev.whetstone.kit.metrics;

/**
 * A constant of an enum that lists the meters of a service. {@link MeterRegistrar} registers it.
 */
public interface DescribedMeter {
  MeterDescription description();

  /** The name under which the registry knows it. */
  default String meterName() {
    return description().name();
  }
}
