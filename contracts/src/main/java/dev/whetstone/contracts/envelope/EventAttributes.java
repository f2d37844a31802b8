package dev.whetstone.contracts.envelope;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The CloudEvents 1.0 attributes of one event, extensions included. They never contain personal
 * data.
 *
 * @param id unique within {@code source}
 * @param source the sender: the application of an API key, or a service
 * @param time when ingest received the event or a service created it; time windows use this
 * @param subject the object of the event: a response id, batch id, checkpoint id
 * @param partitionKey the Kafka key
 * @param traceParent W3C trace context of the work that led to the event: CloudEvents' extension
 *     for distributed tracing
 * @param sender the API key that ingest authenticated
 */
public record EventAttributes(
    String id,
    String source,
    EventType type,
    Instant time,
    @Nullable String subject,
    LoopId loop,
    String partitionKey,
    @Nullable String traceParent,
    @Nullable SenderStamp sender) {

  public EventAttributes {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(partitionKey, "partitionKey");
  }

  /** An event that no API key sent. */
  public EventAttributes(
      String id,
      String source,
      EventType type,
      Instant time,
      @Nullable String subject,
      LoopId loop,
      String partitionKey,
      @Nullable String traceParent) {
    this(id, source, type, time, subject, loop, partitionKey, traceParent, null);
  }

  /** The same with another W3C trace parent; null for none. */
  public EventAttributes withTraceParent(@Nullable String other) {
    return new EventAttributes(id, source, type, time, subject, loop, partitionKey, other, sender);
  }

  /** The idempotency key of the event, unique across all loops and sources. */
  public EventKey key() {
    return new EventKey(loop, source, id);
  }
}
