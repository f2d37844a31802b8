package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.event.Event;

/** A fresh event and where it lay. {@code body} is its data as it was sent. */
public record Received(Event<?> event, byte[] body, String topic, int partition, long offset) {}
