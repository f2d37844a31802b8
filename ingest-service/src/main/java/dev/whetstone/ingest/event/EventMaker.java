package dev.whetstone.ingest.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.EventData.FeedbackEvent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.InputLimits;
import dev.whetstone.ingest.item.ItemReader;
import dev.whetstone.ingest.item.OccurrenceTimeRule;
import dev.whetstone.kit.json.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Completes data to an event. The data is serialised here, with the keys of tools and other open
 * objects in the order in which they were sent: chat templates print them in that order.
 */
public final class EventMaker {
  private static final ObjectWriter AS_SENT = Json.mapper().writer();

  /** For the derived id only: a retry with the keys in another order is the same event. */
  private static final ObjectWriter SORTED =
      Json.mapper().writer(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final InputLimits limits;
  private final ItemReader items;
  private final OccurrenceTimeRule times;

  public EventMaker(InputLimits limits, ItemReader items, OccurrenceTimeRule times) {
    this.limits = limits;
    this.items = items;
    this.times = times;
  }

  /**
   * Reads an item and turns it into an event.
   *
   * @param id from the sender; derived if absent
   * @param receivedAt becomes the event's {@code time}
   * @throws Fault when the item breaks the contract, or the sender is not allowed to send it
   */
  public PreparedEvent read(
      Sender sender,
      LoopId loop,
      EventType type,
      @Nullable String id,
      JsonNode item,
      Instant receivedAt,
      @Nullable String traceParent) {
    FeedbackEvent data = items.read(type, item, sender.source());
    return make(sender, loop, id, data, receivedAt, traceParent);
  }

  /**
   * Completes data that was read already.
   *
   * @throws Fault when the sender is not allowed to send it, when it lies in the future, or when
   *     the event is larger than Kafka accepts
   */
  public PreparedEvent make(
      Sender sender,
      LoopId loop,
      @Nullable String id,
      FeedbackEvent data,
      Instant receivedAt,
      @Nullable String traceParent) {
    PublishableKeyRule.check(sender, data);
    EventType type = EventType.of(data);
    byte[] bytes = write(AS_SENT, data);
    if (bytes.length > limits.itemBytes()) {
      throw new Fault(
          FaultCode.ITEM_TOO_LARGE,
          "",
          "the item has " + bytes.length + " bytes",
          "send items of at most " + limits.itemBytes() + " bytes");
    }
    String eventId =
        id == null ? DerivedEventId.of(sender.source(), type.wireName(), write(SORTED, data)) : id;
    EventAttributes attributes =
        new EventAttributes(
            eventId,
            sender.source(),
            type,
            receivedAt,
            PartitionKey.subject(data),
            loop,
            PartitionKey.of(loop, eventId, data),
            traceParent,
            sender.stamp());
    return new PreparedEvent(attributes, bytes, times.check(occurredAt(data), receivedAt));
  }

  private static @Nullable Instant occurredAt(FeedbackEvent data) {
    return switch (data) {
      case InteractionRecorded interaction -> interaction.occurredAt();
      case FeedbackGiven given -> given.occurredAt();
      case FeedbackRetracted _, EndUserErased _ -> null;
    };
  }

  private static byte[] write(ObjectWriter writer, FeedbackEvent data) {
    try {
      return writer.writeValueAsBytes(data);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an event's data always has a JSON form", e);
    }
  }
}
