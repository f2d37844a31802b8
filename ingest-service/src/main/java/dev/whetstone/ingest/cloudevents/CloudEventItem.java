package dev.whetstone.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.envelope.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent whose attributes were read and whose data was not yet.
 *
 * @param tenant absent where the sender's key says it
 * @param loopPointer where the loop is named, if that has a place in the body
 * @param tenantPointer the same of the tenant
 * @param sourcePointer the same of the source
 * @param dataPointer where the data lies in what was sent: {@code /data}, or empty in binary mode
 */
public record CloudEventItem(
    String id,
    String source,
    EventType type,
    @Nullable String tenant,
    String loop,
    @Nullable String traceParent,
    @Nullable String loopPointer,
    @Nullable String tenantPointer,
    @Nullable String sourcePointer,
    JsonNode data,
    String dataPointer) {}
