package dev.whetstone.ingest.event;

/**
 * The authenticated sender of an event.
 *
 * @param tenant tenant whose loops it can send to
 * @param source the events' {@code source}: the API key's application, or the attribute that a
 *     trusted producer set
 * @param publishable whether the key can be used in a browser
 */
public record Sender(String tenant, String source, boolean publishable) {}
