package dev.whetstone.ingest.event;

import dev.whetstone.contracts.envelope.EventAttributes;

/**
 * An event that is ready to be published.
 *
 * @param data the JSON of the event's data, serialised once
 */
public record PreparedEvent(EventAttributes attributes, byte[] data) {}
