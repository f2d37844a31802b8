package dev.whetstone.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.envelope.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent whose attributes are read and whose data is not read yet.
 *
 * @param tenant absent if the sender's key determines it
 * @param loopPointer where the body names the loop, if it has a place there
 * @param tenantPointer the same for the tenant
 * @param sourcePointer the same for the source
 * @param dataPointer JSON Pointer of the data: {@code /data}, or empty in binary mode
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
