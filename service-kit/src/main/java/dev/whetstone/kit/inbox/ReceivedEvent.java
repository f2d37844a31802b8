package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.envelope.Event;

/** A fresh event and where it lay. {@code body} is its data as it was sent. */
public record ReceivedEvent(
    Event<?> event, byte[] body, String topic, int partition, long offset) {}
