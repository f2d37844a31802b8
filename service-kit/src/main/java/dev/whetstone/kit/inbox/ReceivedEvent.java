package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.event.CloudEvents.Decoded;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A fresh event and its place on the topic.
 *
 * @param <D> the events of the topic, for example {@code EventData.BatchEvent}
 * @param body its data as it was sent
 */
public record ReceivedEvent<D extends EventData>(
    Event<D> event, byte[] body, String topic, int partition, long offset) {

  /** The event of a record, unless it could not be read or is of another topic. */
  static <D extends EventData> @Nullable ReceivedEvent<D> of(
      ConsumerRecord<String, byte[]> origin, Decoded decoded, Class<D> topicEvents) {
    if (!(decoded instanceof Decoded.Valid valid)
        || !topicEvents.isInstance(valid.event().data())) {
      return null;
    }
    return new ReceivedEvent<>(
        new Event<>(valid.event().attributes(), topicEvents.cast(valid.event().data())),
        origin.value(),
        origin.topic(),
        origin.partition(),
        origin.offset());
  }

  public D data() {
    return event.data();
  }
}
