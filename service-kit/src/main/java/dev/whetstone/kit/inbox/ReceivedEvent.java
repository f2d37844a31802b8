package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.EventData;

/**
 * A fresh event and its place on the topic.
 *
 * @param <D> the events of the topic, for example {@code EventData.BatchEvent}
 * @param body its data as it was sent
 */
public record ReceivedEvent<D extends EventData>(
    Event<D> event, byte[] body, String topic, int partition, long offset) {

  public D data() {
    return event.data();
  }
}
