package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.event.EventData;
import dev.whetstone.kit.event.CloudEvents;
import dev.whetstone.kit.event.CloudEvents.Decoded;
import dev.whetstone.kit.sql.DatabaseException;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A record of a poll with what it was read as.
 *
 * @param event absent when the record could not be read, or when its event is of another topic
 */
record PolledEvent<D extends EventData>(
    ConsumerRecord<String, byte[]> origin,
    Decoded decoded,
    @Nullable ReceivedEvent<D> event,
    EventLoad load) {
  private static final Logger LOG = Logger.getLogger(PolledEvent.class);

  static <D extends EventData> PolledEvent<D> read(
      ConsumerRecord<String, byte[]> origin, Class<D> topicEvents) {
    Decoded decoded = CloudEvents.decode(origin);
    return new PolledEvent<>(
        origin, decoded, ReceivedEvent.of(origin, decoded, topicEvents), EventLoad.NONE);
  }

  /**
   * The events with their loads. An estimate that fails is left out: the transaction itself finds
   * out what is wrong.
   */
  static <D extends EventData> List<PolledEvent<D>> withLoads(
      List<PolledEvent<D>> events, EventLoad.Estimate<D> estimate) {
    List<ReceivedEvent<D>> readable =
        events.stream().map(PolledEvent::event).filter(Objects::nonNull).toList();
    if (readable.isEmpty()) {
      return events;
    }
    try {
      Iterator<EventLoad> loads = estimate.of(readable).iterator();
      return events.stream()
          .map(event -> event.event() == null ? event : event.with(loads.next()))
          .toList();
    } catch (DatabaseException e) {
      LOG.warnf("load-unknown reason=%s", e.getMessage());
      return events;
    }
  }

  private PolledEvent<D> with(EventLoad other) {
    return new PolledEvent<>(origin, decoded, event, other);
  }

  /** The loop whose turn it belongs to; records that name none share one. */
  String loop() {
    return decoded instanceof Decoded.Valid valid ? valid.event().attributes().loop().key() : "";
  }

  long bytes() {
    return origin.value() == null ? 0 : origin.value().length;
  }
}
