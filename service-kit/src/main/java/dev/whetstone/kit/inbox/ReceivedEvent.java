package dev.whetstone.kit.inbox;

import dev.whetstone.contracts.envelope.Event;

/** A fresh event and its place in Kafka. {@code body} is its data as sent. */
public record ReceivedEvent(
    Event<?> event, byte[] body, String topic, int partition, long offset) {}
