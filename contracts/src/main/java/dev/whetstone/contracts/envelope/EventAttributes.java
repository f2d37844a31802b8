package dev.whetstone.contracts.envelope;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The CloudEvents 1.0 attributes of one event, extensions included. They never hold personal data.
 *
 * @param id unique within {@code source}
 * @param source who said it: the application behind an API key, or a service
 * @param time when ingest received it, or when a service said it; windows are measured by this
 * @param subject what it is about: a response id, batch id, checkpoint id
 * @param partitionKey the Kafka key
 */
public record EventAttributes(
    String id,
    String source,
    EventType type,
    Instant time,
    @Nullable String subject,
    LoopId loop,
    String partitionKey,
    @Nullable String traceParent) {

  public EventAttributes {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(loop, "loop");
    Objects.requireNonNull(partitionKey, "partitionKey");
  }

  /** The idempotency key of an event within everything Whetstone ever sees. */
  public EventKey key() {
    return new EventKey(loop, source, id);
  }
}
