package dev.whetstone.contracts.event;

import java.util.Objects;

/** A CloudEvent with its typed data. */
public record Event<D extends EventData>(EventAttributes attributes, D data) {
  public Event {
    Objects.requireNonNull(attributes, "attributes");
    Objects.requireNonNull(data, "data");
    if (attributes.type().dataClass() != data.getClass()) {
      throw new IllegalArgumentException(
          attributes.type().wireName() + " cannot carry " + data.getClass().getSimpleName());
    }
  }
}
