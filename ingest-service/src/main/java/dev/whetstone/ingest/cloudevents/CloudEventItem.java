package dev.whetstone.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.event.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent whose attributes were read and whose data was not yet.
 *
 * @param tenant absent where the sender's key says it
 * @param dataPointer where the data lies in what was sent: {@code /data}, or empty in binary mode
 */
public record CloudEventItem(
    String id,
    String source,
    EventType type,
    @Nullable String tenant,
    String loop,
    @Nullable String traceParent,
    JsonNode data,
    String dataPointer) {}
