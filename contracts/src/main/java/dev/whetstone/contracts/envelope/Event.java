package dev.whetstone.contracts.envelope;

import dev.whetstone.contracts.event.EventData;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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

  /** The same event with another W3C trace parent; null for none. */
  public Event<D> tracedBy(@Nullable String traceParent) {
    return new Event<>(attributes.withTraceParent(traceParent), data);
  }
}
